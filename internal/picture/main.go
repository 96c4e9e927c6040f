// Command picture draws the README's picture, docs/before-after.svg: what
// Delve's terminal shows of a goroutine, and what dlvx's shows. It runs both on
// a fixture program and draws what they print; nothing in it is written by hand.
//
//	go run ./internal/picture
//
// It starts no goroutines of its own.
package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/dlvx/dlvx/internal/fixture"
)

const program = "testdata/progs/orders"

func main() {
	log.SetFlags(0)
	log.SetPrefix("picture: ")
	if err := draw("docs/before-after.svg"); err != nil {
		log.Fatal(err)
	}
}

func draw(file string) error {
	tmp, err := os.MkdirTemp("", "dlvx-picture-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	p, err := fixture.Load(program)
	if err != nil {
		return err
	}
	var panels []panel
	for _, d := range []struct{ name, title, pkg string }{
		{"dlv", "dlv debug", "github.com/go-delve/delve/cmd/dlv"},
		{"dlvx", "dlvx debug", "./cmd/dlvx"},
	} {
		exe := filepath.Join(tmp, d.name)
		if out, err := exec.Command("go", "build", "-o", exe, d.pkg).CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", d.pkg, err, out)
		}
		lines, err := stack(exe, p, tmp)
		if err != nil {
			return err
		}
		panels = append(panels, panel{d.title, lines})
	}
	return os.WriteFile(file, svg(panels), 0o644)
}

// stack returns what the debugger's stack command prints at the program's stop.
func stack(exe string, p *fixture.Program, tmp string) ([]string, error) {
	at := p.Stopped()
	cmd := exec.Command(exe, "debug", "--allow-non-terminal-interactive", "--output", filepath.Join(tmp, "debug"), ".")
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), "TERM=dumb", "NO_COLOR=1")
	cmd.Stdin = strings.NewReader(fmt.Sprintf("break %s:%d\ncontinue\nprint 1111\nstack\nprint 2222\nexit\n", at.File, at.Line))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("running %s: %w\n%s", exe, err, out.Bytes())
	}
	_, text, ok1 := strings.Cut(out.String(), "1111\n")
	text, _, ok2 := strings.Cut(text, "2222\n")
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("%s printed no stack:\n%s", exe, out.Bytes())
	}
	text = strings.TrimPrefix(strings.TrimSuffix(text, "(dlv) "), "(dlv) ")
	return append([]string{"(dlv) stack"}, strings.Split(strings.TrimRight(text, "\n"), "\n")...), nil
}

type panel struct {
	title string
	lines []string
}

const (
	charWidth, lineHeight = 7.9, 19
	margin, header        = 18, 42
)

func svg(panels []panel) []byte {
	columns, rows := 0, 0
	for _, p := range panels {
		rows = max(rows, len(p.lines))
		for _, l := range p.lines {
			columns = max(columns, utf8.RuneCountInString(l))
		}
	}
	width := int(float64(columns)*charWidth) + 2*margin
	height := header + rows*lineHeight + margin
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" xml:space="preserve">`+"\n",
		width*len(panels)+margin*(len(panels)-1), height)
	b.WriteString(`<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d4d7dd;white-space:pre}.t{fill:#8b93a1}.s{fill:#7fc7ff}.f{fill:#fff;font-weight:600}</style>` + "\n")
	for i, p := range panels {
		x := i * (width + margin)
		fmt.Fprintf(&b, `<rect x="%d" width="%d" height="%d" rx="8" fill="#1d2026"/>`+"\n", x, width, height)
		fmt.Fprintf(&b, `<text class="t" x="%d" y="26">%s</text>`+"\n", x+margin, escape(p.title))
		for n, l := range p.lines {
			fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", x+margin, header+(n+1)*lineHeight-5, spans(l))
		}
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// spans colours a line as the terminal does: separators, and names of functions.
func spans(line string) string {
	if strings.HasPrefix(strings.TrimSpace(line), "── ") {
		return `<tspan class="s">` + escape(line) + `</tspan>`
	}
	if before, fn, ok := strings.Cut(line, " in "); ok && strings.Contains(before, "0x") {
		return escape(before+" in ") + `<tspan class="f">` + escape(fn) + `</tspan>`
	}
	return escape(line)
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a Buffer's writes do not fail
	return b.String()
}

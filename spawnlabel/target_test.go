package spawnlabel

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// A target is a running testdata/target, all of whose goroutines stand still.
type target struct {
	t      *testing.T
	in     io.Writer
	out    *bufio.Scanner
	stops  map[string]stop
	format Format
	memory uint64 // bytes of its labels
}

// A stop is one of its goroutines.
type stop struct {
	Name  string
	G     uint64
	Stack string
}

// startTarget runs a program and waits until all its scenarios have arrived.
func startTarget(t *testing.T, path string, env ...string) *target {
	t.Helper()
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	if !lines.Scan() {
		t.Fatal("the target ends before its goroutines have arrived")
	}
	var hello struct {
		Format, Memory uint64
		Stops          []stop
	}
	if err := json.Unmarshal(lines.Bytes(), &hello); err != nil {
		t.Fatal(err)
	}
	tg := &target{t: t, in: in, out: lines, stops: map[string]stop{}, memory: hello.Memory}
	for _, s := range hello.Stops {
		tg.stops[s.Name] = s
	}
	if tg.format, err = ReadFormat(tg, hello.Format); err != nil {
		t.Fatal(err)
	}
	return tg
}

func (tg *target) ask(request string) string {
	fmt.Fprintln(tg.in, request)
	if !tg.out.Scan() {
		tg.t.Fatalf("the target died of %q", request)
	}
	return tg.out.Text()
}

func (tg *target) ReadMemory(addr uint64, buf []byte) error {
	_, err := hex.Decode(buf, []byte(tg.ask(fmt.Sprintf("mem %x %d", addr, len(buf)))))
	return err
}

// chain returns a goroutine's chain, each label as the names of its functions.
func (tg *target) chain(name string) (Spawn, Chain, [][]string) {
	tg.t.Helper()
	s, ok := tg.stops[name]
	if !ok {
		tg.t.Fatalf("no goroutine has arrived at %q", name)
	}
	spawn, err := tg.format.Spawn(tg, s.G)
	if err != nil {
		tg.t.Fatal(err)
	}
	c, err := tg.format.Read(tg, spawn.Label, 0)
	if err != nil {
		tg.t.Fatal(err)
	}
	var names [][]string
	for _, l := range c.Labels {
		names = append(names, tg.functions(l))
	}
	return spawn, c, names
}

// functions returns the names of a label's functions, as [plain] writes them.
func (tg *target) functions(l Label) []string {
	var pcs []string
	for _, pc := range l.PCs {
		pcs = append(pcs, fmt.Sprintf("%x", pc))
	}
	return plain(strings.Fields(tg.ask("sym " + strings.Join(pcs, ","))))
}

// plain leaves out functions of the runtime and those that the compiler made,
// and makes a test binary look like the program.
func plain(names []string) []string {
	var out []string
	for _, name := range names {
		switch {
		case strings.HasPrefix(name, "runtime."), name == "panic", strings.HasPrefix(name, "_cgoexp_"),
			strings.HasSuffix(name, "-fm"), strings.Contains(name, ".gowrap"):
		default:
			if rest, ok := strings.CutPrefix(name, "target."); ok {
				name = "main." + rest
			}
			out = append(out, name)
		}
	}
	if n := len(out) - 2; n > 0 && out[n] == "main.TestMain" {
		out = out[:n]
	}
	return out
}

// An origin is one ancestor in a printed stack.
type origin struct {
	goid  int64
	names []string
}

// origins returns the ancestors that the runtime itself recorded
// (GODEBUG=tracebackancestors) and printed in a stack.
func origins(t *testing.T, stack string) []origin {
	t.Helper()
	var list []origin
	for _, part := range regexp.MustCompile(`(?m)^\[originating from goroutine `).Split(stack, -1)[1:] {
		var o origin
		if _, err := fmt.Sscanf(part, "%d]:", &o.goid); err != nil {
			t.Fatal(err, part)
		}
		for _, line := range strings.Split(part, "\n")[1:] {
			if name, ok := strings.CutSuffix(line, "(...)"); ok {
				o.names = append(o.names, name)
			}
		}
		o.names = plain(o.names)
		list = append(list, o)
	}
	return list
}

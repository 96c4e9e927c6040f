package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/fixture"
)

// TestTerminal reads every program off the screen of `dlvx debug`.
func TestTerminal(t *testing.T) {
	for _, p := range programs(t) {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			term := startTerminal(t, p)
			stopped, all := term.runToStop(t)
			if d := p.Diff(stopped, all); d != "" {
				t.Error(d)
			}
		})
	}
}

// A terminal is a `dlvx debug` or `dlvx test` whose keyboard and screen are pipes.
type terminal struct {
	p      *fixture.Program
	cmd    *exec.Cmd
	in     io.Writer
	screen *bufio.Reader
}

func startTerminal(t *testing.T, p *fixture.Program) *terminal {
	t.Helper()
	exe, err := dlvx()
	if err != nil {
		t.Fatal(err)
	}
	verb := "debug"
	if p.Test != "" {
		verb = "test"
	}
	args := []string{verb, "--allow-non-terminal-interactive", "--output", fmt.Sprintf("%s/terminal-%s.exe", binDir, p.Name), p.Package, "--"}
	cmd := exec.Command(exe, append(args, p.Args...)...)
	cmd.Dir = p.Dir
	cmd.Env = append(terminalEnv(t), p.Env...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() {
		in.Close() // the end of input is `exit`
		_, _ = io.Copy(io.Discard, r)
		if err := cmd.Wait(); err != nil {
			t.Errorf("dlvx %s: %v", verb, err)
		}
		r.Close()
	})
	return &terminal{p: p, cmd: cmd, in: in, screen: bufio.NewReader(r)}
}

// terminalEnv returns the environment of a terminal: a home folder of its own,
// because Delve keeps its history there, with Go's and dlvx's caches where they
// are; and no colours in what is compared.
func terminalEnv(t *testing.T) []string {
	t.Helper()
	env := append(os.Environ(), "HOME="+t.TempDir(), "NO_COLOR=1", "TERM=dumb")
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(out)))
	}
	caches, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return append(env, "XDG_CACHE_HOME="+caches)
}

func (term *terminal) send(t *testing.T, format string, args ...any) {
	t.Helper()
	if _, err := fmt.Fprintf(term.in, format+"\n", args...); err != nil {
		t.Fatal(err)
	}
}

// until reads the screen up to a line that contains text.
func (term *terminal) until(t *testing.T, text string) (screen string) {
	t.Helper()
	for {
		line, err := term.screen.ReadString('\n')
		screen += line
		if strings.Contains(line, text) {
			return screen
		}
		if err != nil {
			t.Fatalf("waiting for %q: %v; the screen:\n%s", text, err, screen)
		}
	}
}

// ask returns what a command prints.
func (term *terminal) ask(t *testing.T, command string) string {
	t.Helper()
	term.send(t, "%s", command)
	term.send(t, "print 4242*2")
	return strings.TrimSuffix(term.until(t, "8484"), "8484\n")
}

func (term *terminal) runToStop(t *testing.T) (stopped fixture.Stack, all []fixture.Stack) {
	t.Helper()
	p := term.p
	if p.Stop == fixture.Breakpoint {
		at := p.Stopped()
		term.send(t, "break %s:%d", at.File, at.Line)
	}
	if p.Stop != fixture.Pause {
		term.ask(t, "continue")
		stacks := parseScreen(term.ask(t, "stack 500"))
		if len(stacks) != 1 {
			t.Fatalf("stack shows %d stacks", len(stacks))
		}
		return stacks[0].lines, linesOf(parseScreen(term.ask(t, "goroutines -t 500")))
	}
	term.send(t, "continue")
	term.until(t, fixture.Ready)
	for {
		if err := term.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		stacks := parseScreen(term.ask(t, "goroutines -t 500"))
		busy := false
		for _, s := range stacks {
			busy = busy || s.busy()
		}
		if !busy {
			return nil, linesOf(stacks)
		}
		// Not all have come to rest yet.
		term.send(t, "continue")
	}
}

// A shown is one stack on the screen.
type shown struct {
	header string // Delve's line about the goroutine; "" of the command stack
	lines  fixture.Stack
}

// busy tells whether the goroutine is on a thread of its own code, or about to
// be. A thread in a system call, or the one that took the signal, is at rest.
func (s shown) busy() bool {
	if len(s.lines) == 0 || strings.Contains(s.header, "[") {
		return false
	}
	top := s.lines[0].Func
	return !strings.HasPrefix(top, "runtime.") && !strings.Contains(strings.ToLower(top), "syscall")
}

func linesOf(stacks []shown) (all []fixture.Stack) {
	for _, s := range stacks {
		all = append(all, s.lines)
	}
	return all
}

var (
	screenHeader = regexp.MustCompile(`^(\(dlv\) )?[* ] ?Goroutine \d+ - `)
	screenFrame  = regexp.MustCompile(`^\s*(?:\(dlv\) )?\s*\d+  0x[0-9a-f]{16} in (.+)$`)
	screenAt     = regexp.MustCompile(`^\s+at (.+):(-?\d+)$`)
	screenSep    = regexp.MustCompile(`^\s*(?:── (.+)|(\.\.\. .+))$`)
)

// parseScreen reads what `stack` and `goroutines -t` print.
func parseScreen(text string) (stacks []shown) {
	var s shown
	end := func() {
		if len(s.lines) > 0 || s.header != "" {
			stacks = append(stacks, s)
		}
		s = shown{}
	}
	for _, line := range strings.Split(text, "\n") {
		if screenHeader.MatchString(line) {
			end()
			s.header = line
			continue
		}
		if m := screenFrame.FindStringSubmatch(line); m != nil {
			s.lines = append(s.lines, fixture.Line{Func: m[1]})
			continue
		}
		if m := screenAt.FindStringSubmatch(line); m != nil && len(s.lines) > 0 {
			last := &s.lines[len(s.lines)-1]
			last.File = m[1]
			last.Line, _ = strconv.Atoi(m[2])
			continue
		}
		if m := screenSep.FindStringSubmatch(line); m != nil && (len(s.lines) > 0 || s.header != "") {
			s.lines = append(s.lines, fixture.Line{Sep: strings.TrimRight(m[1]+m[2], " ─")})
		}
	}
	end()
	return stacks
}

//go:build linux && (amd64 || arm64)

package process

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/stitch"
)

// discard is the log of all tests.
var discard = slog.New(slog.DiscardHandler)

// A target is a program of testdata that runs.
type target struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// start starts a program, which ends with the test.
func start(t testing.TB, exe string, args ...string) *target {
	t.Helper()
	return startCmd(t, exec.Command(exe, args...))
}

func startCmd(t testing.TB, cmd *exec.Cmd) *target {
	t.Helper()
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	if cmd.Stderr == nil {
		cmd.Stderr = os.Stderr
	}
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
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	return &target{cmd, in, bufio.NewReader(out)}
}

func (p *target) pid() int { return p.cmd.Process.Pid }

// startCrowd starts crowd and returns what it says of its goroutines.
func startCrowd(t testing.TB, cmd *exec.Cmd) (p *target, stacks string) {
	t.Helper()
	p = startCmd(t, cmd)
	var b strings.Builder
	for {
		line, err := p.out.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "settled\n" {
			return p, b.String()
		}
		b.WriteString(line)
	}
}

// echo makes sure that the program runs: it answers.
func (p *target) echo(t testing.TB) {
	t.Helper()
	if _, err := p.in.Write([]byte{'x'}); err != nil {
		t.Fatal(err)
	}
	if b, err := p.out.ReadByte(); err != nil || b != 'x' {
		t.Fatalf("the program answers %q, %v", b, err)
	}
}

func open(t testing.TB, pid int) *Process {
	t.Helper()
	p, err := Open(pid, discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func snapshot(t testing.TB, p *Process, nonstop bool) *Snapshot {
	t.Helper()
	s, err := p.Snapshot(context.Background(), nonstop)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// goroutines returns all goroutines of a snapshot.
func goroutines(t testing.TB, s *Snapshot) []stitch.Goroutine {
	t.Helper()
	gs, err := goruntime.NewReader(s, discard).Goroutines(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return gs
}

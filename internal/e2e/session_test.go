package e2e

import (
	"bufio"
	"flag"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/debugger"
	"github.com/google/go-cmp/cmp"
)

// update is a flag of the tests, so that it stands with them.
var update = flag.Bool("update", false, "rewrite the expectations of the fixture programs by what a Delve session shows")

// TestDelveSession reads every program through an in-process debugger: its stacks,
// which are what it expects, the list of its goroutines, and what is seen of
// the process from outside while Delve has it stopped.
func TestDelveSession(t *testing.T) {
	for _, p := range programs(t) {
		t.Run(p.Name, func(t *testing.T) {
			exe := buildRecording(t, p, fixture.DebugFlag)
			s := startSession(t, p, exe)
			s.runToStop(t)
			stopped, all := s.stacks(t)
			if *update {
				if err := p.Update(stopped, all); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := p.Diff(stopped, all); d != "" {
				t.Error(d)
			}
			s.compareStacks(t)
			// As if first asked at this stop.
			s.r.Reset()
			t.Run("list", s.compareList)
			s.r.Reset()
			t.Run("process", s.compareProcess)
		})
	}
}

// compareStacks holds the unwinder of goruntime against Delve's.
func (s *session) compareStacks(t *testing.T) {
	t.Helper()
	for _, g := range s.goroutines(t) {
		want, err := delve.NewDebuggerSession(s.d).Stack(g.ID, 1000)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.r.Stack(g.ID)
		if err != nil {
			// Delve lists the spare g's of threads of C code, which are none.
			const deadExtra = 11 // runtime._Gdeadextra, since Go 1.26
			if g.Status != proc.Gdead && g.Status != deadExtra {
				t.Errorf("goroutine %d, status %d: %v", g.ID, g.Status, err)
			}
			continue
		}
		for i, f := range want {
			if f.File == "?" { // so Delve says that a place is not known: a thread may stand in C
				want[i].Func, want[i].File, want[i].Line = "", "", 0
			}
		}
		same := slices.EqualFunc(got, want, func(a, b stitch.Frame) bool {
			return stitch.SameFunc(a.Func, b.Func) && a.File == b.File && a.Line == b.Line && a.PC == b.PC
		})
		if !same {
			t.Errorf("stack of goroutine %d (-Delve +own):\n%s", g.ID, cmp.Diff(want, got))
		}
	}
}

// A session is a program under a debugger of this process.
type session struct {
	p   *fixture.Program
	d   *debugger.Debugger
	out *bufio.Reader // the program's standard output
	r   *goruntime.Reader
}

func startSession(t *testing.T, p *fixture.Program, exe string) *session {
	t.Helper()
	for _, kv := range p.Env {
		k, v, _ := strings.Cut(kv, "=")
		t.Setenv(k, v)
	}
	pr, pw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	d, err := debugger.New(&debugger.Config{
		Backend: "default", WorkingDir: p.Dir, Stdout: proc.OutputRedirect{File: pw},
		Stderr: proc.OutputRedirect{Path: os.DevNull}, CheckGoVersion: false,
	}, append([]string{exe}, p.Args...))
	pw.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Detach(true)
		pr.Close()
	})
	return &session{p, d, bufio.NewReader(pr), goruntime.NewReader(delve.NewDebuggerSession(d), slog.New(slog.DiscardHandler))}
}

// runToStop brings the program to the stop that its expectation is about.
func (s *session) runToStop(t *testing.T) {
	t.Helper()
	switch s.p.Stop {
	case fixture.Breakpoint:
		at := s.p.Stopped()
		if _, err := s.d.CreateBreakpoint(&api.Breakpoint{File: at.File, Line: at.Line}, "", nil, false); err != nil {
			t.Fatal(err)
		}
		s.cont(t)
	case fixture.Pause:
		s.pauseWhenReady(t)
	default: // Delve stops by itself on an unrecovered panic and on a fatal error
		s.cont(t)
	}
}

func (s *session) cont(t *testing.T) {
	t.Helper()
	state, err := s.d.Command(&api.DebuggerCommand{Name: api.Continue}, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if state.Exited {
		t.Fatalf("the program exited with status %d before it stopped", state.ExitStatus)
	}
	s.r.Reset()
}

// pauseWhenReady halts the program once it has said that all its goroutines
// are on their way to wait; those that are not there yet get more time.
func (s *session) pauseWhenReady(t *testing.T) {
	t.Helper()
	ready := make(chan error, 1)
	go func() {
		for {
			line, err := s.out.ReadString('\n')
			if err != nil || line == fixture.Ready+"\n" {
				ready <- err
				go io.Copy(io.Discard, s.out)
				return
			}
		}
	}()
	for {
		stopped := make(chan error, 1)
		resumed := make(chan struct{})
		go func() {
			_, err := s.d.Command(&api.DebuggerCommand{Name: api.Continue}, resumed, nil, nil)
			stopped <- err
		}()
		<-resumed
		if ready != nil {
			if err := <-ready; err != nil {
				t.Fatalf("the program never said %q: %v", fixture.Ready, err)
			}
			ready = nil
		}
		if _, err := s.d.Command(&api.DebuggerCommand{Name: api.Halt}, nil, nil, nil); err != nil {
			t.Fatal(err)
		}
		if err := <-stopped; err != nil {
			t.Fatal(err)
		}
		s.r.Reset()
		if s.allWait(t) {
			return
		}
	}
}

func (s *session) goroutines(t *testing.T) []*proc.G {
	t.Helper()
	gs, _, err := s.d.Goroutines(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return gs
}

func (s *session) allWait(t *testing.T) bool {
	group, unlock := s.d.LockTargetGroup()
	target := group.Selected
	unlock()
	for _, g := range s.goroutines(t) {
		if !g.System(target) && (g.Status == proc.Grunning || g.Status == proc.Grunnable) {
			return false
		}
	}
	return true
}

// stacks reads the logical stacks of the goroutine that stopped, if one did,
// and of all.
func (s *session) stacks(t *testing.T) (stopped fixture.Stack, all []fixture.Stack) {
	t.Helper()
	state, err := s.d.State(false)
	if err != nil {
		t.Fatal(err)
	}
	if state.SelectedGoroutine != nil && s.p.Stop != fixture.Pause {
		stopped = s.stack(t, state.SelectedGoroutine.ID)
	}
	for _, g := range s.goroutines(t) {
		all = append(all, s.stack(t, g.ID))
	}
	return stopped, all
}

func (s *session) stack(t *testing.T, goid int64) fixture.Stack {
	t.Helper()
	own, err := delve.NewDebuggerSession(s.d).Stack(goid, 1000)
	if err != nil {
		t.Fatalf("stack of goroutine %d: %v", goid, err)
	}
	chain, err := s.r.Chain(goid, 0)
	if err != nil {
		t.Fatal(err)
	}
	return lines(stitch.Stitch(stitch.Segment{Goroutine: goid, Frames: own}, chain))
}

//go:build linux && (amd64 || arm64)

package e2e

import (
	"context"
	"log/slog"
	"slices"
	"testing"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/dlvx/dlvx/process"
	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// compareProcess holds a snapshot of the process against what Delve sees of it, which
// has it stopped.
func (s *session) compareProcess(t *testing.T) {
	want, err := s.r.Goroutines(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	wantWaits, err := s.r.Waits(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got, waits, snap := lookFromOutside(t, s.d.ProcessPid())
	if snap.Atomic || snap.Note == "" {
		t.Errorf("a process that is being debugged: atomic is %v, and the note %q", snap.Atomic, snap.Note)
	}
	compareGoroutines(t, got, want, snap.Atomic)
	// A thousand goroutines may wait on one object, which is compared for each of them.
	waiters := cmp.FilterValues(func(a, b []stitch.Waiter) bool { return len(a)+len(b) > 0 }, cmp.Comparer(slices.Equal[[]stitch.Waiter]))
	if d := cmp.Diff(wantWaits, waits, ignoreTimes, waiters, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("what goroutines wait on (-Delve +process):\n%s", d)
	}
}

// TestProcessThatRuns takes snapshots of programs all of whose goroutines wait, in
// stops of their own; Delve attaches to them afterwards.
func TestProcessThatRuns(t *testing.T) {
	for _, p := range programs(t) {
		if p.Stop != fixture.Pause {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			for _, flags := range [][]string{{fixture.DebugFlag}, {"-buildmode=pie"}} {
				pid := startPlainly(t, p, buildRecording(t, p, flags...))
				got, _, snap := lookFromOutside(t, pid)
				for !allWait(got) { // they are on their way
					got, _, snap = lookFromOutside(t, pid)
				}
				if !snap.Atomic || snap.Note != "" {
					t.Errorf("a process that runs: atomic is %v, and the note %q", snap.Atomic, snap.Note)
				}
				s, release, err := delve.Inspect(delve.Program{Attach: delve.Attach{PID: pid}})
				if err != nil {
					t.Fatal(err)
				}
				want, err := goruntime.NewReader(s, slog.New(slog.DiscardHandler)).Goroutines(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				if err := release(); err != nil {
					t.Fatal(err)
				}
				compareGoroutines(t, users(got), users(want), snap.Atomic)
			}
		})
	}
}

func users(gs []stitch.Goroutine) []stitch.Goroutine {
	return slices.DeleteFunc(slices.Clone(gs), func(g stitch.Goroutine) bool { return g.System })
}

func allWait(gs []stitch.Goroutine) bool {
	return !slices.ContainsFunc(users(gs), func(g stitch.Goroutine) bool {
		return g.State.Status == "running" || g.State.Status == "runnable"
	})
}

// ignoreTimes leaves out of what goroutines wait on how far off it is, and what
// files are open on, which Delve does not know.
var ignoreTimes = cmp.Options{cmpopts.IgnoreFields(stitch.Case{}, "Due"), cmpopts.IgnoreFields(stitch.Object{}, "Name")}

func lookFromOutside(t *testing.T, pid int) ([]stitch.Goroutine, map[int64]*stitch.Wait, *process.Snapshot) {
	t.Helper()
	p, err := process.Open(pid, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	snap, err := p.Snapshot(context.Background(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	r := goruntime.NewReader(snap, slog.New(slog.DiscardHandler))
	gs, err := r.Goroutines(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	waits, err := r.Waits(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return gs, waits, snap
}

// compareGoroutines compares lists but for the time that goroutines wait. In a
// snapshot that is not atomic the threads' registers are not known: then stacks
// of goroutines that are on one are not compared, and neither is what spawners
// among them are said to stand at.
func compareGoroutines(t *testing.T, got, want []stitch.Goroutine, atomic bool) {
	t.Helper()
	onThread := map[int64]bool{}
	for _, g := range want {
		// A worker of the collector calls itself waiting while it runs on a system stack.
		onSystemStack := slices.ContainsFunc(g.Own, func(f stitch.Frame) bool { return f.Func == "runtime.systemstack" })
		onThread[g.ID] = !atomic && (g.State.Status == "running" || g.State.Status == "syscall" || onSystemStack)
	}
	for _, gs := range [][]stitch.Goroutine{got, want} {
		for i := range gs {
			g := &gs[i]
			if onThread[g.ID] {
				g.Own, g.OwnCut, g.Start, g.State.At = nil, false, "", stitch.Frame{}
			}
		}
	}
	d := cmp.Diff(want, got,
		cmpopts.IgnoreFields(stitch.State{}, "For"),
		cmpopts.EquateEmpty(),
		cmp.Transformer("link", func(l stitch.Link) stitch.Link {
			l.Frames = slices.Clone(l.Frames)
			if onThread[l.Spawner] {
				l.State = nil
				for i := range l.Frames {
					l.Frames[i].Live = -1
				}
			}
			return l
		}),
		cmp.Comparer(func(a, b stitch.Frame) bool {
			return stitch.SameFunc(a.Func, b.Func) && a.File == b.File && a.Line == b.Line && a.PC == b.PC && a.Live == b.Live
		}),
	)
	if d != "" {
		t.Errorf("goroutines (-Delve +process):\n%s", d)
	}
}

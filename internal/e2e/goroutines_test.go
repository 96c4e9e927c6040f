package e2e

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/pkg/proc"
	"github.com/google/go-cmp/cmp"
)

// TestGoroutinesWithoutLabels lists what a program records that was not built to, and
// one that records nothing.
func TestGoroutinesWithoutLabels(t *testing.T) {
	for _, env := range []string{"GODEBUG=tracebackancestors=10", "GODEBUG="} {
		for _, name := range []string{"orders", "fanin", "generations"} {
			t.Run(name+"/"+env, func(t *testing.T) {
				p := program(t, name)
				p.Env = append(slices.Clone(p.Env), env)
				exe, err := builder.Build(p, fixture.DebugFlag)
				if err != nil {
					t.Fatal(err)
				}
				s := startSession(t, p, exe)
				s.runToStop(t)
				s.compareList(t)
			})
		}
	}
}

// compareList holds the list of all goroutines against what is said of each of
// them by itself, and against Delve's list.
func (s *session) compareList(t *testing.T) {
	t.Helper()
	list, err := s.r.Goroutines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got, want, user, wantUser []int64
	for _, g := range list {
		got = append(got, g.ID)
		// Delve takes what iter.Pull starts for the runtime's own; tracebacks do not.
		if !g.System && g.Entry().Func != "runtime.corostart" {
			user = append(user, g.ID)
		}
		s.compareGoroutine(t, g)
	}
	group, unlock := s.d.LockTargetGroup()
	target := group.Selected
	unlock()
	for _, g := range s.goroutines(t) {
		const deadExtra = 11 // runtime._Gdeadextra, since Go 1.26: what Delve lists of it is no goroutine
		if g.Status == proc.Gdead || g.Status == deadExtra {
			continue
		}
		want = append(want, g.ID)
		if !g.System(target) {
			wantUser = append(wantUser, g.ID)
		}
	}
	slices.Sort(want)
	slices.Sort(wantUser)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("ids (-Delve +list):\n%s", d)
	}
	if d := cmp.Diff(wantUser, user); d != "" {
		t.Errorf("ids of user goroutines (-Delve +list):\n%s", d)
	}
}

// compareGoroutine asks for one goroutine anew what the list tells of it.
func (s *session) compareGoroutine(t *testing.T, g stitch.Goroutine) {
	t.Helper()
	s.r.Reset() // or what the list has left would answer
	stack, err := s.r.Stack(g.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(stack[:stitch.OwnLen(stack)], g.Own); d != "" || g.OwnCut {
		t.Errorf("stack of goroutine %d (cut: %v), by itself and listed:\n%s", g.ID, g.OwnCut, d)
	}
	state, err := s.r.State(g.ID)
	if err != nil {
		t.Fatal(err)
	}
	state.For = g.State.For // the clock goes on while the program stands
	if d := cmp.Diff(state, g.State); d != "" {
		t.Errorf("state of goroutine %d, by itself and listed:\n%s", g.ID, d)
	}
	chain, err := s.r.Chain(g.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range chain.Links {
		if l.State != nil && i < len(g.Chain.Links) && g.Chain.Links[i].State != nil {
			l.State.For = g.Chain.Links[i].State.For
		}
	}
	if d := cmp.Diff(chain, g.Chain); d != "" {
		t.Errorf("chain of goroutine %d, by itself and listed:\n%s", g.ID, d)
	}
}

func TestGoroutinesHaveLabels(t *testing.T) {
	p := program(t, "pproflabels")
	s := startSession(t, p, buildRecording(t, p, fixture.DebugFlag))
	s.runToStop(t)
	list, err := s.r.Goroutines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, g := range list {
		want := map[string]string(nil)
		if g.Entry().Func == "main.query" {
			found = true
			want = map[string]string{"tenant": "acme"}
		}
		if d := cmp.Diff(want, g.Labels); d != "" {
			t.Errorf("labels of goroutine %d, %s:\n%s", g.ID, g.Entry().Func, d)
		}
	}
	if !found {
		t.Error("the goroutine of main.query is not listed")
	}
}

func TestGoroutinesCancelled(t *testing.T) {
	p := program(t, "thousand")
	s := startSession(t, p, buildRecording(t, p, fixture.DebugFlag))
	s.runToStop(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.r.Goroutines(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	list, err := s.r.Goroutines(t.Context())
	if err != nil || len(list) < 1000 {
		t.Errorf("then %d goroutines, %v", len(list), err)
	}
	again, err := s.r.Goroutines(ctx)
	if err != nil || &again[0] != &list[0] {
		t.Errorf("the list was made anew at the same stop, %v", err)
	}
}

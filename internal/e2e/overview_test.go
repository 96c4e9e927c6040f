package e2e

import (
	"slices"
	"testing"

	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
)

// TestOverview holds what is said of all goroutines at a glance against the list
// of them, and who is alike against the groups: when first asked for, and when
// none has run since.
func TestOverview(t *testing.T) {
	for _, name := range []string{"orders", "thousand", "selecting", "deeplive", "plain"} {
		t.Run(name, func(t *testing.T) {
			p := program(t, name)
			s := startSession(t, p, buildRecording(t, p, fixture.DebugFlag))
			s.runToStop(t)
			for range 3 {
				s.compareOverview(t)
				s.r.Reset()
			}
		})
	}
	t.Run("unrecorded", func(t *testing.T) {
		p := program(t, "thousand")
		exe, err := builder.Build(p, fixture.DebugFlag)
		if err != nil {
			t.Fatal(err)
		}
		s := startSession(t, p, exe)
		s.runToStop(t)
		for range 2 {
			s.compareOverview(t)
			s.r.Reset()
		}
	})
}

func (s *session) compareOverview(t *testing.T) {
	t.Helper()
	o, err := s.r.Overview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.r.Goroutines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	heads := map[int64]stitch.Head{}
	for _, h := range o.Heads {
		if h.ID != 0 {
			heads[h.ID] = h
		}
	}
	if len(heads) != len(list) || o.Count() != len(list) {
		t.Errorf("%d at a glance, %d listed", len(heads), len(list))
	}
	var ids []int64
	for _, g := range list {
		ids = append(ids, g.ID)
		got, want := heads[g.ID], g.Head()
		got.Alike = 0
		if want.Spawner == 0 || s.unrecorded(g) {
			got.Spawner = want.Spawner // the list does not know more
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("goroutine %d, listed and at a glance:\n%s", g.ID, d)
		}
	}

	// Groups are what is alike, but for those that are on threads.
	alike := map[int32][]int64{}
	for _, h := range heads {
		if h.Alike != 0 {
			alike[h.Alike] = append(alike[h.Alike], h.ID)
		}
	}
	for _, g := range stitch.Groups(list) {
		var members []int64
		for _, m := range g.Goroutines {
			members = append(members, m.ID)
		}
		slices.Sort(members)
		if slices.ContainsFunc(members, func(id int64) bool { return heads[id].Alike == 0 }) {
			continue // one of them is not parked
		}
		n := heads[members[0]].Alike
		slices.Sort(alike[n])
		if d := cmp.Diff(members, alike[n]); d != "" {
			t.Errorf("members of a group, and who is alike:\n%s", d)
		}
	}

	if s.p.Name == "thousand" { // whose goroutines are all parked
		of := func(n int) bool {
			for _, ids := range alike {
				if len(ids) == n {
					return true
				}
			}
			return false
		}
		if !of(500) {
			t.Errorf("none are alike: %v", alike)
		}
	}

	some, err := s.r.Some(t.Context(), append(ids, 1<<40))
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		list[i].Chain, list[i].Start = stitch.Chain{}, ""
	}
	if d := cmp.Diff(list, some); d != "" {
		t.Errorf("listed, and asked for:\n%s", d)
	}
}

func (s *session) unrecorded(g stitch.Goroutine) bool {
	return len(g.Chain.Links) == 0 || g.Chain.Links[0].Provenance == stitch.Live
}

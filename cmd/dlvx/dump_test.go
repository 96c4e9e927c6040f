package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/dlvx/dlvx/stitch"
)

// TestChanges compares two looks: a group that grew, one that shrank, one that is
// as it was although its spawner is elsewhere now (which is a guess), a new one,
// and one that is gone.
func TestChanges(t *testing.T) {
	look := func(spawnerAt string, sizes map[string]int) []stitch.Group {
		var gs []stitch.Goroutine
		for fn, n := range sizes {
			for range n {
				gs = append(gs, stitch.Goroutine{
					ID: int64(len(gs) + 2), State: stitch.State{Status: "waiting", Wait: "select"}, Own: []stitch.Frame{{Func: fn}},
					Chain: stitch.Chain{Links: []stitch.Link{{
						Spawner: 1, Provenance: stitch.Live, Frames: []stitch.Frame{{Func: "main.main", Line: 7}, {Func: spawnerAt}},
					}}},
				})
			}
		}
		return stitch.Groups(gs)
	}
	before := sizes(look("main.here", map[string]int{"grows": 1, "shrinks": 5, "same": 2, "goes": 3}))
	changes, gone, groupsGone := changesOf(before, look("main.there", map[string]int{"grows": 4, "shrinks": 3, "same": 2, "comes": 1}))
	got := map[string]int{}
	for _, c := range changes {
		got[c.group.Goroutines[0].Own[0].Func] = c.by
	}
	if want := map[string]int{"grows": 3, "shrinks": -2, "comes": 1}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("changes %v, want %v", got, want)
	}
	if gone != 3 || groupsGone != 1 {
		t.Errorf("gone: %d goroutines of %d groups", gone, groupsGone)
	}
}

// Who asks for long waits is told where none is known at all.
func TestWhyNone(t *testing.T) {
	o := outside{}
	unknown := view{goroutines: []stitch.Goroutine{{ID: 1}}}
	known := view{goroutines: []stitch.Goroutine{{ID: 1, State: stitch.State{For: time.Second}}}}
	if why := o.whyNone(unknown); why != "" {
		t.Errorf("without a time: %q", why)
	}
	o.wait = time.Hour
	if err := o.parse(); err != nil {
		t.Fatal(err)
	}
	if why := o.whyNone(unknown); why == "" {
		t.Error("nothing is said")
	}
	if why := o.whyNone(known); why != "" {
		t.Errorf("where times are known: %q", why)
	}
}

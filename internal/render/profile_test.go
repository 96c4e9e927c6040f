package render

import (
	"bytes"
	"testing"
	"time"

	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
	"github.com/google/pprof/profile"
)

// profiled is three goroutines of one stack, and one of another.
func profiled() []stitch.Group {
	main := stitch.Frame{Func: "main.main", File: "/m.go", Line: 3}
	chain := stitch.Chain{Links: []stitch.Link{{Spawner: 1, Provenance: stitch.Label, Frames: []stitch.Frame{main}}}}
	worker := func(id int64, user string) stitch.Goroutine {
		return stitch.Goroutine{
			ID: id, State: stitch.State{Status: "waiting", Wait: "select", For: time.Second},
			Labels: map[string]string{"user": user},
			Own:    []stitch.Frame{{Func: "main.Map[go.shape.int; x]", File: "/m.go", Line: 9}},
			Chain:  chain,
		}
	}
	return stitch.Groups([]stitch.Goroutine{
		worker(5, "ann"), worker(6, "bob"), worker(7, "ann"),
		{ID: 1, State: stitch.State{Status: "running"}, Own: []stitch.Frame{main, {Func: "runtime.main"}, {Func: "runtime.goexit"}}},
	})
}

func TestFolded(t *testing.T) {
	var b bytes.Buffer
	if err := Folded(&b, profiled()); err != nil {
		t.Fatal(err)
	}
	want := "main.main 1\nmain.main;main.Map[go.shape.int,_x] 3\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

// A profile is what package profile reads back.
func TestPProf(t *testing.T) {
	var b bytes.Buffer
	if err := PProf(&b, profiled(), time.Unix(7, 0)); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	type sample struct {
		Stack  []string
		Values []int64
		Labels map[string][]string
	}
	var got []sample
	for _, s := range p.Sample {
		var names []string
		for _, l := range s.Location {
			names = append(names, l.Line[0].Function.Name)
		}
		got = append(got, sample{names, s.Value, s.Label})
	}
	stack := []string{"main.Map[go.shape.int; x]", "main.main"}
	want := []sample{
		{stack, []int64{2, 2e9}, map[string][]string{"state": {"select"}, "user": {"ann"}}},
		{stack, []int64{1, 1e9}, map[string][]string{"state": {"select"}, "user": {"bob"}}},
		{stack[1:], []int64{1, 0}, map[string][]string{"state": {"running"}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if p.TimeNanos != 7e9 || len(p.Location) != 2 {
		t.Errorf("taken at %d, with %d locations", p.TimeNanos, len(p.Location))
	}
}

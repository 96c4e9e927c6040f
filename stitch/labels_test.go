package stitch

import (
	"reflect"
	"testing"
)

func TestLabelsWith(t *testing.T) {
	site := func(line, alive, labels int) LabelSite {
		s := LabelSite{Site: Site{Func: "main.start", File: "main.go", Line: line}, Labels: labels}
		if alive > 0 {
			s.Tally = Tally{Alive: alive, States: map[string]int{"running": alive}}
		}
		return s
	}
	by := func(line int, cuts ...Cut) Chain {
		c := Chain{Links: []Link{{Frames: []Frame{{Func: "main.start", File: "main.go", Line: line}}}}}
		for _, cut := range cuts {
			c.Links = append(c.Links, Link{Cut: cut})
		}
		return c
	}
	running := State{Status: "running"}
	table := Labels{Count: 5, Sites: []LabelSite{site(1, 0, 1), site(2, 0, 1), site(3, 0, 3)}}
	got := table.With([]Goroutine{
		{ID: 1, State: running},
		{ID: 2, State: running, Chain: by(2, CutDepth, CutDepth)},
		{ID: 3, State: running, Chain: by(2, CutMemory, CutDepth)},
		{ID: 4, State: running, Chain: by(9)},
		{ID: 5, State: running, Chain: Chain{Cut: CutRuntime}},
	})
	want := Labels{
		Count: 5, Goroutines: 5, Cuts: map[Cut]int{CutDepth: 2, CutMemory: 1, CutRuntime: 1},
		Sites: []LabelSite{site(2, 2, 1), site(3, 0, 3), site(1, 0, 1)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if table.Sites[1].Alive != 0 || table.Sites[0].Line != 1 {
		t.Errorf("the table was changed: %+v", table)
	}
}

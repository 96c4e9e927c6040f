package stitch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// goroutineOf returns a goroutine that waits, with a chain that is written
// nearest spawner first, with bars between the links.
func goroutineOf(id int64, own, chain string) Goroutine {
	g := Goroutine{ID: id, State: State{Status: "waiting", Wait: "select"}, Own: frames(strings.Fields(own)...)}
	if chain != "" {
		for _, link := range strings.Split(chain, "|") {
			g.Chain.Links = append(g.Chain.Links, Link{Spawner: id + 1000, Provenance: Label, Frames: frames(strings.Fields(link)...)})
		}
		g.Chain.Links[len(g.Chain.Links)-1].Spawner = 1
	}
	return g
}

func ids(gs []*Goroutine) []int64 {
	var out []int64
	for _, g := range gs {
		out = append(out, g.ID)
	}
	return out
}

func TestGroups(t *testing.T) {
	gs := []Goroutine{
		goroutineOf(1, "main.main", ""),
		goroutineOf(2, "main.work", "main.main"),
		goroutineOf(3, "main.work", "main.main"),
		goroutineOf(4, "main.work", "main.main"),
		goroutineOf(5, "main.work", "main.start main.main"), // came to be elsewhere
		goroutineOf(6, "main.work", "main.main"),            // does something else
		goroutineOf(7, "main.idle", ""),
		goroutineOf(8, "main.idle", ""),
		goroutineOf(9, "main.idle", ""), // its chain is cut
	}
	gs[3].State.For = 90 * time.Second // 4
	gs[2].Chain.Links[0].State = &State{Status: "running"}
	gs[5].State.Wait = "sleep" // 6
	gs[4].State.For = 89*time.Second + 999*time.Millisecond
	gs[8].Chain.Cut = CutRuntime
	gs = append(gs, Goroutine{ID: 10, System: true, Own: frames("runtime.bgsweep"), State: State{Status: "waiting", Wait: "select", For: time.Hour}})
	var got []string
	for _, g := range Groups(gs) {
		got = append(got, fmt.Sprintf("%d %v %s", ids(g.Goroutines), g.Longest.Truncate(time.Second), g.State()))
	}
	want := []string{"[2 3 4] 1m30s select", "[5] 1m29s select", "[7 8] 0s select", "[1] 0s select", "[6] 0s sleep", "[9] 0s select", "[10] 1h0m0s select"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestGroupsOfSharedStacks: slices that begin at the same place need not be equal.
func TestGroupsOfSharedStacks(t *testing.T) {
	fs := frames("main.a", "main.b")
	ls := []Link{{Frames: fs}, {Frames: fs[:1]}}
	gs := []Goroutine{
		{ID: 1, Own: fs, Chain: Chain{Links: ls}},
		{ID: 2, Own: fs[:1], Chain: Chain{Links: ls}},
		{ID: 3, Own: fs, Chain: Chain{Links: ls[:1]}},
		{ID: 4, Own: slices.Clone(fs), Chain: Chain{Links: slices.Clone(ls)}},
		{ID: 5, Own: fs, OwnCut: true, Chain: Chain{Links: ls}},
	}
	if got := len(Groups(gs)); got != 4 {
		t.Errorf("%d groups, want 4: only 1 and 4 are equal", got)
	}
}

func TestTally(t *testing.T) {
	var all, part Tally
	all.merge(part)
	if all.States != nil {
		t.Error("nothing has states")
	}
	part.add(State{Status: "waiting", Wait: "select", For: time.Second})
	part.add(State{Status: "waiting", Wait: "select"})
	part.add(State{Status: "leaked", Wait: "chan send"})
	part.add(State{Status: "running"})
	all.merge(part)
	all.merge(part)
	if all.Alive != 8 || all.Blocked != 6 || all.Longest != time.Second || all.States["select"] != 4 || all.States["running"] != 2 {
		t.Errorf("%+v", all)
	}
	if part.Alive != 4 || part.States["select"] != 2 {
		t.Errorf("merging changed what was merged: %+v", part)
	}
}

func TestSites(t *testing.T) {
	gs := []Goroutine{
		goroutineOf(1, "main.main", ""),
		goroutineOf(2, "main.work", "main.b main.main"),
		goroutineOf(3, "main.work", "main.b main.other main.main"), // another way to the same statement
		goroutineOf(4, "main.work", "main.a main.main|main.b main.main"),
	}
	gs[1].State.For = time.Minute
	gs[3].State = State{Status: "running"}
	var got []string
	for _, s := range Sites(gs) {
		got = append(got, fmt.Sprintf("%s %s:%d %d %d %v", s.Func, s.File, s.Line, s.Alive, s.Blocked, s.Longest))
	}
	want := []string{"main.a /src/main.go:10 1 0 0s", "main.b /src/main.go:10 2 2 1m0s"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestRank(t *testing.T) {
	gs := []*Goroutine{
		{ID: 1, State: State{Status: "waiting", For: time.Second}},
		{ID: 2, State: State{Status: "running"}, System: true},
		{ID: 3, State: State{Status: "waiting", For: time.Hour}, System: true},
		{ID: 4, State: State{Status: "waiting", For: time.Minute}},
		{ID: 5, State: State{Status: "running"}},
		{ID: 6, State: State{Status: "runnable"}},
		{ID: 7, State: State{Status: "waiting", For: time.Second}},
	}
	slices.SortFunc(gs, Rank)
	if got, want := ids(gs), []int64{5, 4, 1, 7, 6, 3, 2}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

func TestGoroutine(t *testing.T) {
	g := goroutineOf(5, "main.a main.b", "main.start main.main")
	if g.Spawner() != 1 || g.Site().Func != "main.start" || g.Entry().Func != "main.b" {
		t.Errorf("spawner %d, site %s, entry %s", g.Spawner(), g.Site().Func, g.Entry().Func)
	}
	s := g.Stack()
	if len(s.Segments) != 2 || s.Segments[0].Goroutine != 5 || len(s.Segments[0].Notes()) != 0 {
		t.Errorf("stack %+v", s)
	}
	g.OwnCut = true
	if got := g.Stack().Segments[0].Notes(); !slices.Equal(got, []string{ownCutText}) {
		t.Errorf("notes %q", got)
	}
	if g.Entry() != (Frame{}) {
		t.Error("the outermost call of a stack that is cut is not its entry")
	}
	for own, want := range map[string]string{
		"main.main runtime.main":      "main.main",
		"main.start.gowrap1":          "main.start.gowrap1", // not begun yet
		"runtime.gopark runtime.main": "runtime.gopark",
	} {
		g := goroutineOf(1, own, "")
		if got := g.Entry().Func; got != want {
			t.Errorf("the entry of %s is %s", own, got)
		}
	}
	var none Goroutine
	if none.Spawner() != 0 || none.Site() != (Frame{}) || none.Entry() != (Frame{}) {
		t.Errorf("of nothing known: %+v", none)
	}
}

// crowd returns n goroutines with so many distinct chains of five links. What
// is equal is shared, as a reader shares it, or not.
func crowd(n, distinct int, shared bool) []Goroutine {
	gs := make([]Goroutine, n)
	for i := range gs {
		kind := i % distinct
		if shared && i >= distinct {
			gs[i] = gs[kind]
			gs[i].ID = int64(i)
			continue
		}
		own := fmt.Sprintf("runtime.gopark runtime.chanrecv main.(*T).recv main.work%d", kind)
		link := fmt.Sprintf("main.start%d main.a main.b main.c", kind)
		gs[i] = goroutineOf(int64(i), own, strings.Join([]string{link, link, link, link, "main.main"}, "|"))
	}
	return gs
}

func benchmarkCrowd(b *testing.B, work func(gs []Goroutine)) {
	for _, shared := range []bool{true, false} {
		b.Run(fmt.Sprintf("shared=%v", shared), func(b *testing.B) {
			gs := crowd(100_000, 50, shared)
			for b.Loop() {
				work(gs)
			}
		})
	}
}

func BenchmarkGroups(b *testing.B) { benchmarkCrowd(b, func(gs []Goroutine) { Groups(gs) }) }
func BenchmarkTree(b *testing.B)   { benchmarkCrowd(b, func(gs []Goroutine) { Tree(gs) }) }
func BenchmarkSites(b *testing.B)  { benchmarkCrowd(b, func(gs []Goroutine) { Sites(gs) }) }

func BenchmarkFilter(b *testing.B) {
	f, err := ParseFilter("nowhere")
	if err != nil {
		b.Fatal(err)
	}
	benchmarkCrowd(b, func(gs []Goroutine) { f.Select(gs) })
}

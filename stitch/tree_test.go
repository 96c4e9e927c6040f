package stitch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// outline writes a tree, a line a node: how many live there and below, what
// they run, and the ids of those there.
func outline(n *Node) []string {
	var lines []string
	for _, c := range n.Children {
		name := c.Func()
		if c.Root != "" {
			name = "(" + string(c.Root) + ")"
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%d/%d %s %v", c.Own.Alive, c.Subtree.Alive, name, ids(c.Goroutines))))
		for _, l := range outline(c) {
			lines = append(lines, "  "+l)
		}
	}
	return lines
}

func TestTree(t *testing.T) {
	gs := []Goroutine{
		goroutineOf(1, "main.main", ""),
		goroutineOf(2, "main.accept", "main.main"),
		goroutineOf(10, "main.conn", "main.accept|main.main"),
		goroutineOf(11, "main.conn", "main.accept|main.main"),
		goroutineOf(12, "main.query", "main.conn|main.accept|main.main"),
		goroutineOf(13, "main.leaf", "main.gone|main.init.0 runtime.doInit1 runtime.doInit"), // its spawner has exited
		goroutineOf(14, "main.leaf", "main.gone|main.init.0 runtime.doInit1 runtime.doInit"),
		goroutineOf(20, "main.orphan", "main.start"),
		goroutineOf(21, "C.thread", ""),
	}
	gs[7].Chain.Links[0].Cut = CutDepth
	gs[4].State.For = time.Hour
	top := Tree(gs)
	want := []string{
		"1/5 (main) [1]",
		"  1/4 main.accept [2]",
		"    2/3 main.conn [10 11]",
		"      1/1 main.query [12]",
		"0/2 (init) []",
		"  0/2 main.gone []",
		"    2/2 main.leaf [13 14]",
		"1/2 (unknown) [21]",
		"  1/1 main.orphan [20]",
	}
	if got := outline(top); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if top.Subtree.Alive != len(gs) || top.Subtree.Longest != time.Hour || top.Own.Alive != 0 {
		t.Errorf("the top counts %+v", top.Subtree)
	}
	if main := top.Children[0]; main.Subtree.Longest != time.Hour || main.Own.Longest != 0 || main.Func() != "main.main" {
		t.Errorf("main counts %+v, %+v", main.Own, main.Subtree)
	}
	if site := top.Children[0].Children[0].Site(); site.Func != "main.main" || site.Line != 10 {
		t.Errorf("site of the first: %+v", site)
	}
}

// TestTreeFrom: where the go statement does not tell who made the goroutines, the
// call is told that led to it.
func TestTreeFrom(t *testing.T) {
	const helper = "sync.(*WaitGroup).Go"
	gs := []Goroutine{
		goroutineOf(1, "main.main", ""),
		goroutineOf(2, "main.hash.func1 "+helper+".func1", helper+" main.hash main.main"),
		goroutineOf(3, "main.loop", "main.create main.first main.main"), // two that read the same
		goroutineOf(4, "main.loop", "main.create main.second main.main"),
		goroutineOf(5, "main.other", "main.create main.main"),
		goroutineOf(6, "net.read main.serve.func1", "main.serve main.main"), // no helper of another package
		goroutineOf(7, "main.f helper.Go.func1", "helper.Go runtime.main"),
		goroutineOf(8, "main.twice", "main.again main.main"), // differ below in nothing
		goroutineOf(9, "main.guess", "main.create main.third main.main"),
		goroutineOf(10, "main.guess", "main.create main.fourth main.main"),
	}
	for _, g := range gs[8:] {
		g.Chain.Links[0].Provenance = Live
	}
	got := map[int64]string{}
	for _, n := range Tree(gs).Children[0].Children {
		got[n.Goroutines[0].ID] = n.From.Func
	}
	want := map[int64]string{2: "main.hash", 3: "main.first", 4: "main.second", 5: "", 6: "", 7: "", 8: "", 9: "", 10: ""}
	for id, from := range want {
		if got[id] != from {
			t.Errorf("goroutine %d comes from %q, want %q", id, got[id], from)
		}
	}
}

func TestRootOf(t *testing.T) {
	system := Goroutine{ID: 2, System: true}
	finalizer := Goroutine{ID: 9, Chain: Chain{Cut: CutRuntime}}
	cut := func(g Goroutine, c Cut) Goroutine {
		g.Chain.Links[len(g.Chain.Links)-1].Cut = c
		return g
	}
	framesCut := goroutineOf(5, "main.a", "main.b")
	framesCut.Chain.Links[0].FramesCut = true
	for _, c := range []struct {
		g    Goroutine
		want Root
	}{
		{goroutineOf(1, "main.main", ""), RootMain},
		{goroutineOf(5, "main.a", ""), RootUnknown},
		{system, RootRuntime},
		{finalizer, RootRuntime},
		{goroutineOf(5, "main.a", "main.b main.main"), RootMain},
		{goroutineOf(5, "main.a", "example.com/x.init.0.func1 example.com/x.init.0 runtime.doInit1 runtime.doInit"), RootInit},
		{goroutineOf(5, "main.a", "main.init runtime.doInit"), RootInit},
		{goroutineOf(5, "runtime.forcegchelper", "runtime.init.7 runtime.doInit1 runtime.doInit"), RootRuntime},
		{goroutineOf(5, "runtime.bgsweep", "runtime.gcenable"), RootRuntime},
		{goroutineOf(5, "runtime.x", "runtime.main runtime.goexit"), RootRuntime},
		{framesCut, RootMain},
		{cut(goroutineOf(5, "main.a", "main.b main.main"), CutMemory), RootUnknown},
		{cut(goroutineOf(5, "main.a", "main.b"), CutUnrecorded), RootUnknown},
		{cut(goroutineOf(5, "main.a", "runtime.createfing"), CutRuntime), RootRuntime},
		{goroutineOf(5, "main.a", " "), RootUnknown},
	} {
		if got := rootOf(&c.g); got != c.want {
			t.Errorf("root of %+v is %q, want %q", c.g, got, c.want)
		}
	}
}

// TestDeepTree: chains are as long as the program likes.
func TestDeepTree(t *testing.T) {
	link := Link{Spawner: 1, Frames: frames("main.rec", "main.main")}
	gs := []Goroutine{{ID: 5, Chain: Chain{Links: slices.Repeat([]Link{link}, 100_000)}}}
	n, depth := Tree(gs), 0
	for len(n.Children) > 0 {
		n, depth = n.Children[0], depth+1
	}
	if depth != 100_001 || len(n.Goroutines) != 1 {
		t.Errorf("depth %d, %d goroutines at the end", depth, len(n.Goroutines))
	}
}

func TestTreeOfNothing(t *testing.T) {
	if top := Tree(nil); len(top.Children) != 0 || top.Subtree.Alive != 0 {
		t.Errorf("%+v", top)
	}
}

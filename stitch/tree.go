package stitch

import (
	"cmp"
	"slices"
	"strings"
)

// A Root is where spawn chains begin.
type Root string

const (
	RootMain    Root = "main"    // goroutine 1, and what it started in main.main
	RootInit    Root = "init"    // what the initialisation of packages started
	RootRuntime Root = "runtime" // what the Go runtime started
	RootUnknown Root = "unknown" // of chains that are cut, and threads of C code
)

// Text returns what a root is called on the screen; "" for that of main, which is
// called as the function is.
func (r Root) Text() string {
	switch r {
	case RootInit:
		return "package initialisation"
	case RootRuntime:
		return "Go runtime"
	case RootUnknown:
		return "unknown origin"
	}
	return ""
}

// A Node of a spawn tree stands for all goroutines that came to be the same
// way: by the same go statement, in equal stacks, of spawners that themselves
// are of one node. It is there also when all of them have exited and only
// goroutines that they made still live.
type Node struct {
	Root     Root    // set in the roots only
	Link     Link    // the spawn, as one of the goroutines has it: Frames[0] is the go statement; zero in the roots
	Children []*Node // most goroutines first

	Goroutines []*Goroutine // those made here that live, in the order given
	Own        Tally        // of Goroutines
	Subtree    Tally        // of Goroutines, and of all nodes below

	// From is the call which led to the go statement that tells more than the
	// statement itself: where that is in a helper, such as sync.WaitGroup.Go, the
	// call of it, and where nodes beside this one would read the same, what they
	// differ in. Zero: nothing needs to be told.
	From Frame
}

// Func returns the full name of the function that the node's goroutines began
// in; "": not known.
func (n *Node) Func() string {
	if n.Root == RootMain {
		return "main.main"
	}
	if n.Root != "" {
		return ""
	}
	for _, g := range n.Goroutines {
		if name := g.Entry().Func; name != "" {
			return name
		}
	}
	// All have exited: it stands at the bottom of their go statements' stacks.
	for _, c := range n.Children {
		if l := c.Link; len(l.Frames) > 0 && !l.FramesCut && l.Provenance != Live {
			return l.Frames[len(l.Frames)-1].Func
		}
	}
	return ""
}

// Site returns the go statement that made the node's goroutines; zero: not
// known, or there is none.
func (n *Node) Site() Frame { return n.Link.site() }

// Tree puts goroutines into the tree of their spawn chains. The top of it holds
// only the roots, in the order of their constants, those that any goroutine
// hangs below. The nodes point into gs.
func Tree(gs []Goroutine) *Node {
	type edge struct {
		parent *Node
		stack  int
	}
	type path struct {
		root  *Node
		links links
	}
	in := newInterner()
	top := &Node{}
	all := []*Node{top} // parents before their children
	parents := map[*Node]*Node{}
	add := func(parent, n *Node) *Node {
		parent.Children = append(parent.Children, n)
		parents[n] = parent
		all = append(all, n)
		return n
	}
	roots := map[Root]*Node{}
	for _, r := range []Root{RootMain, RootInit, RootRuntime, RootUnknown} {
		roots[r] = add(top, &Node{Root: r})
	}
	edges := map[edge]*Node{}
	paths := map[path]*Node{}
	for i := range gs {
		g := &gs[i]
		n := roots[rootOf(g)]
		if ls := g.Chain.Links; len(ls) > 0 {
			p := path{n, links{&ls[0], len(ls)}}
			if known, ok := paths[p]; ok {
				n = known
			} else {
				for _, l := range slices.Backward(ls) {
					e := edge{n, in.stack(l.Frames)}
					child, ok := edges[e]
					if !ok {
						child = add(n, &Node{Link: l})
						edges[e] = child
					}
					n = child
				}
				paths[p] = n
			}
		}
		n.Goroutines = append(n.Goroutines, g)
		n.Own.add(g.State)
	}
	for _, n := range slices.Backward(all) {
		n.Subtree.merge(n.Own)
		if parent := parents[n]; parent != nil {
			parent.Subtree.merge(n.Subtree)
		}
		if n != top {
			slices.SortFunc(n.Children, compareNodes)
			tellApart(n.Children)
		}
	}
	top.Children = slices.DeleteFunc(top.Children, func(r *Node) bool { return r.Subtree.Alive == 0 })
	return top
}

func compareNodes(a, b *Node) int {
	s, t := a.Site(), b.Site()
	return cmp.Or(
		cmp.Compare(b.Subtree.Alive, a.Subtree.Alive),
		cmp.Compare(s.File, t.File),
		cmp.Compare(s.Line, t.Line),
		slices.CompareFunc(a.Link.Frames, b.Link.Frames, func(f, g Frame) int {
			return cmp.Or(cmp.Compare(f.File, g.File), cmp.Compare(f.Line, g.Line), cmp.Compare(f.Func, g.Func))
		}),
	)
}

// rootOf tells where a goroutine's chain begins.
func rootOf(g *Goroutine) Root {
	if len(g.Chain.Links) == 0 {
		switch {
		case g.ID == 1:
			return RootMain
		case g.System, g.Chain.Cut == CutRuntime:
			return RootRuntime
		}
		return RootUnknown
	}
	last := g.Chain.Links[len(g.Chain.Links)-1]
	switch {
	case last.Cut == CutRuntime:
		return RootRuntime
	case last.Cut != NotCut || len(last.Frames) == 0:
		return RootUnknown
	}
	outermost := last.Frames[len(last.Frames)-1].Func
	switch {
	case strings.HasPrefix(outermost, "runtime.doInit"): // which runs the init functions of one package
		// Below it in the call order stand the package's own functions.
		for _, f := range slices.Backward(last.Frames) {
			if pkg := Package(f.Func); pkg != "runtime" {
				return RootInit
			}
		}
		return RootRuntime
	case last.FramesCut:
		// How the spawner itself began was not kept, but who it was.
	case Package(outermost) == "runtime":
		return RootRuntime
	}
	if last.Spawner == 1 || outermost == "main.main" {
		return RootMain
	}
	return RootUnknown
}

package stitch

import (
	"cmp"
	"slices"
	"strings"
)

// tellApart sets From of the children of a node, below which all is set.
func tellApart(children []*Node) {
	type text struct {
		fn         string
		site, from Frame
	}
	alike := map[text][]*Node{}
	for _, n := range children {
		if n.Link.Provenance == Live {
			continue // the call is a guess
		}
		n.From = n.helped()
		if len(children) > 1 && len(n.Link.Frames) > 1 {
			t := text{n.Func(), shown(n.Site()), shown(n.From)}
			alike[t] = append(alike[t], n)
		}
	}
	for _, nodes := range alike {
		if at := difference(nodes); at > 0 {
			for _, n := range nodes {
				if at < len(n.Link.Frames) {
					n.From = n.Link.Frames[at]
				}
			}
		}
	}
}

// shown is as much of a frame as people see.
func shown(f Frame) Frame { return Frame{Func: f.Func, File: f.File, Line: f.Line} }

// difference returns the first of their links' frames, from the go statement on,
// that several nodes do not have in common; 0: none.
func difference(nodes []*Node) int {
	if len(nodes) < 2 {
		return 0
	}
	first := nodes[0].Link.Frames
	common := len(first)
	for _, n := range nodes[1:] {
		frames := n.Link.Frames
		i := 0
		for i < common && i < len(frames) && shown(frames[i]) == shown(first[i]) {
			i++
		}
		common = i
	}
	if !slices.ContainsFunc(nodes, func(n *Node) bool { return common < len(n.Link.Frames) }) {
		return 0
	}
	return common
}

// helped returns the call of the helper that the node's go statement stands in;
// zero: it is in none.
func (n *Node) helped() Frame {
	for _, g := range n.Goroutines {
		if call, _ := g.Helper(); call.Func != "" {
			return call
		}
	}
	return Frame{}
}

// Helped tells whether the node's go statement stands in a helper of which From is
// the call.
func (n *Node) Helped() bool { return n.From.Func != "" && n.From == n.helped() }

// Runs returns the full name of the function that tells what the node's goroutines are
// for: the one that a helper was given, where all that have got to it were given the same,
// else [Node.Func].
func (n *Node) Runs() string {
	runs := ""
	for _, g := range n.Goroutines {
		_, given := g.Helper()
		switch {
		case runs == "":
			runs = given
		case given != "" && given != runs:
			return n.Func()
		}
	}
	return cmp.Or(runs, n.Func())
}

// Helper returns the call of the helper, such as sync.WaitGroup.Go, that the go statement
// stands in, and the full name of the function that the helper was given; zero: the
// statement is in none. A helper's goroutines begin in a function literal of its own, and
// call what the caller of the helper gave it, a function of the caller's package. One that
// has not got so far is known to be a helper's only in package sync and its like; what
// it was given is not known then.
func (g *Goroutine) Helper() (call Frame, given string) {
	if len(g.Chain.Links) == 0 || g.Chain.Links[0].Provenance == Live {
		return Frame{}, ""
	}
	return HelperOf(g.Own, g.Entry(), g.Chain.Links[0].Frames)
}

// HelperOf is [Goroutine.Helper] of a goroutine with these frames of its own, of
// which entry is the first function's, and those of its go statement.
func HelperOf(own []Frame, entry Frame, made []Frame) (call Frame, given string) {
	if len(made) == 0 {
		return Frame{}, ""
	}
	helper := made[0].Func
	if literal, ok := strings.CutPrefix(entry.Func, helper); !ok || !strings.HasPrefix(literal, ".func") {
		return Frame{}, ""
	}
	at := slices.IndexFunc(made, func(f Frame) bool { return Package(f.Func) != Package(helper) })
	if at < 0 || Package(made[at].Func) == "runtime" {
		return Frame{}, ""
	}
	call = made[at]
	if i := slices.Index(own, entry); i > 0 && Package(own[i-1].Func) == Package(call.Func) {
		return call, own[i-1].Func
	}
	if !IsRuntime(helper) {
		return Frame{}, ""
	}
	return call, ""
}

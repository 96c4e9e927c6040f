package stitch

import (
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
// zero: it is in none. A helper's goroutines begin in a function literal of its
// own, and call what they were given, of another package.
func (n *Node) helped() Frame {
	if len(n.Goroutines) == 0 || len(n.Link.Frames) == 0 {
		return Frame{}
	}
	helper, own := n.Site().Func, n.Goroutines[0].Own
	entry := n.Goroutines[0].Entry()
	at := slices.Index(own, entry)
	if at < 1 || !strings.HasPrefix(entry.Func, helper+".func") || Package(own[at-1].Func) == Package(helper) {
		return Frame{}
	}
	for _, f := range n.Link.Frames[1:] {
		switch Package(f.Func) {
		case Package(helper):
		case "runtime":
			return Frame{}
		default:
			return f
		}
	}
	return Frame{}
}

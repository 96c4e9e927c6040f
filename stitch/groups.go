package stitch

import (
	"cmp"
	"slices"
	"time"
)

// A Group is goroutines that do the same and came to be the same way: their
// logical stacks are equal, and so is the reason for which they wait. Their
// ids, their spawners' ids, and how long they wait may differ.
type Group struct {
	Goroutines []*Goroutine // never empty; in the order given
	Tally
}

// State returns the one word for what all of the group's goroutines are doing.
func (g Group) State() string { return g.Goroutines[0].State.Word() }

// Stack returns the logical stack of the group, without what its members do
// not have in common.
func (g Group) Stack() Stack {
	s := g.Goroutines[0].Stack()
	own := &s.Segments[0]
	if len(g.Goroutines) > 1 {
		own.Goroutine, own.State = Several, nil
	}
	for i := range s.Segments[1:] {
		seg := &s.Segments[i+1]
		for _, other := range g.Goroutines[1:] {
			if other.Chain.Links[i].Spawner != seg.Goroutine {
				seg.Goroutine, seg.State = Several, nil
				break
			}
		}
	}
	return s
}

// system is 1 of a group of the runtime's own, and 0 of any other.
func (g Group) system() int {
	if g.Goroutines[0].System {
		return 1
	}
	return 0
}

// Groups divides goroutines into groups: those that are stuck first (by their
// longest wait, in whole seconds), then by size, and the runtime's own last. The
// groups point into gs.
func Groups(gs []Goroutine) []Group {
	type key struct {
		own, chain int
		ownCut     bool
		state      string
	}
	in := newInterner()
	index := map[key]int{}
	var groups []Group
	for i := range gs {
		g := &gs[i]
		k := key{in.stack(g.Own), in.chain(g.Chain), g.OwnCut, g.State.Word()}
		at, ok := index[k]
		if !ok {
			at = len(groups)
			index[k] = at
			groups = append(groups, Group{})
		}
		groups[at].Goroutines = append(groups[at].Goroutines, g)
		groups[at].add(g.State)
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(
			cmp.Compare(a.system(), b.system()),
			cmp.Compare(b.Longest.Truncate(time.Second), a.Longest.Truncate(time.Second)),
			cmp.Compare(b.Alive, a.Alive),
			cmp.Compare(a.Goroutines[0].ID, b.Goroutines[0].ID),
		)
	})
	return groups
}

package stitch

import "cmp"

// Rank compares two goroutines for the order of listings: running ones first,
// then the others by how long they have been waiting, longest first, and the
// runtime's own last; equal ones by their ids. It is for [slices.SortFunc].
func Rank(a, b *Goroutine) int {
	return cmp.Or(
		cmp.Compare(a.class(), b.class()),
		cmp.Compare(b.State.For, a.State.For),
		cmp.Compare(a.ID, b.ID),
	)
}

func (g *Goroutine) class() int {
	switch {
	case g.System:
		return 2
	case g.State.Status == "running":
		return 0
	}
	return 1
}

package stitch

import (
	"cmp"
	"slices"
)

// Labels is what became of the recording of spawns in a program: what its table
// of spawn labels holds, and which goroutines live that carry them. A label is
// never freed; goroutines that came to be the same way share one.
type Labels struct {
	Count     int    // of labels
	Memory    uint64 // bytes that they take
	MaxMemory uint64 // bytes of labels beyond which chains are cut
	Depth     int    // labels of the longest chain
	MaxDepth  int    // labels beyond which chains are cut
	Respawn   int    // labels behind which repeated generations were left out
	FramesCut int    // labels whose outermost frames were not kept

	Goroutines int         // that live, the runtime's own, too
	Cuts       map[Cut]int // how many of them have a chain that is cut, and why; nil: none
	Sites      []LabelSite // most goroutines first, then most labels
}

// A LabelSite is a go statement that has been executed, with the goroutines that
// it made and that live.
type LabelSite struct {
	Site
	Labels int // in how many ways it was reached
}

// With returns what is known together with the goroutines that live. Sites that l
// does not have, of goroutines whose spawn is not recorded, are left out.
func (l Labels) With(gs []Goroutine) Labels {
	l.Goroutines, l.Cuts = len(gs), nil
	for i := range gs {
		for _, cut := range gs[i].Chain.cuts() {
			if l.Cuts == nil {
				l.Cuts = map[Cut]int{}
			}
			l.Cuts[cut]++
		}
	}
	alive := map[call]Tally{}
	for _, s := range Sites(gs) {
		alive[call{s.Func, s.File, s.Line}] = s.Tally
	}
	l.Sites = slices.Clone(l.Sites)
	for i := range l.Sites {
		s := &l.Sites[i]
		s.Tally = alive[call{s.Func, s.File, s.Line}]
	}
	slices.SortFunc(l.Sites, func(a, b LabelSite) int {
		return cmp.Or(cmp.Compare(b.Alive, a.Alive), cmp.Compare(b.Labels, a.Labels),
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Func, b.Func))
	})
	return l
}

// cuts returns why a chain is not whole, each reason once.
func (c Chain) cuts() []Cut {
	var all []Cut
	add := func(cut Cut) {
		if cut != NotCut && !slices.Contains(all, cut) {
			all = append(all, cut)
		}
	}
	add(c.Cut)
	for _, l := range c.Links {
		add(l.Cut)
	}
	return all
}

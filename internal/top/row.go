package top

import (
	"time"

	"github.com/dlvx/dlvx/stitch"
)

// window is how many looks the share of processors is taken over.
const window = 10

// A row is goroutines that are counted together, over all looks.
type row struct {
	members []*stitch.Goroutine
	chosen  []*stitch.Goroutine // the members that the filter leaves
	states  map[string]int
	running int
	longest time.Duration
	system  bool

	// Of those that waited last, or, as long as none did, of some that run:
	waited bool
	name   string       // what they do, in one line
	stack  stitch.Stack // their logical stack

	first bool // it was there in the first look
	base  int  // how many there were then
	count int  // members in the last look

	samples [window]int // of running members, by the number of the look
	looks   int         // how many there have been, since the first of all

	grew  int // how often the count has grown without having fallen
	quiet int // looks since it last grew
	pause int // the longest time, in looks, between two growths
}

// begin begins a look.
func (r *row) begin() {
	r.members, r.states, r.running, r.longest = nil, nil, 0, 0
}

// add adds goroutines that are in the row in this look, and are equal.
func (r *row) add(gs []*stitch.Goroutine) {
	if waits := gs[0].State.Blocked(); waits || !r.waited {
		r.waited = waits
		r.name = nameOf(gs[0])
		r.stack = stackOf(gs)
		r.system = gs[0].System
	}
	if r.states == nil {
		r.states = map[string]int{}
	}
	r.states[gs[0].State.Word()] += len(gs)
	if gs[0].State.Status == "running" {
		r.running += len(gs)
	}
	for _, g := range gs {
		r.longest = max(r.longest, g.State.For)
	}
	r.members = append(r.members, gs...)
}

// stackOf returns the logical stack of equal goroutines, which may be kept when
// they have gone.
func stackOf(gs []*stitch.Goroutine) stitch.Stack {
	s := stitch.Group{Goroutines: gs}.Stack()
	if own := &s.Segments[0]; own.State != nil {
		state := *own.State // of its own, not the look's
		own.State = &state
	}
	return s
}

// end ends the look of a number.
func (r *row) end(look int) {
	n := len(r.members)
	if look == 0 {
		r.base = n
	}
	r.samples[look%window] = r.running
	r.looks = look + 1
	r.quiet++
	switch {
	case n < r.count:
		r.grew, r.quiet, r.pause = 0, 0, 0
	case n > r.count && r.count > 0:
		if r.grew > 0 {
			r.pause = max(r.pause, r.quiet)
		}
		r.grew++
		r.quiet = 0
	}
	r.count = n
}

// choose applies a filter, and tells whether it leaves any of the row.
func (r *row) choose(f stitch.Filter) bool {
	r.chosen = r.chosen[:0]
	for _, g := range r.members {
		if f.Match(g) {
			r.chosen = append(r.chosen, g)
		}
	}
	return len(r.chosen) > 0
}

// growth is how many members there are more than in the first look of all.
func (r *row) growth() int { return r.count - r.base }

// ran is how many members were running, on the average of the last looks.
func (r *row) ran() float64 {
	sum := 0
	for _, n := range r.samples {
		sum += n
	}
	return float64(sum) / float64(max(1, min(window, r.looks)))
}

// suspect tells whether the row looks like a leak: it only grows. It has grown
// three times without ever having fallen, and not come to a halt: that is a
// pause of five looks, and twice as long as any before.
func (r *row) suspect() bool {
	const times, halt = 3, 5
	return !r.system && r.grew >= times && r.quiet <= max(halt, 2*r.pause)
}

// alarm is how much a row asks to be looked at.
func (r *row) alarm() int {
	switch {
	case r.leaked() > 0:
		return 2
	case r.suspect():
		return 1
	}
	return 0
}

// leaked is how many members the runtime itself knows to wait for ever.
func (r *row) leaked() (n int) {
	for _, g := range r.members {
		if g.State.Status == "leaked" {
			n++
		}
	}
	return n
}

// Package top is the model of a live view of a program's goroutines: it is fed
// looks at them and keys that were pressed, and renders as lines of text.
//
// Goroutines are counted in rows, one for each logical stack that some of them
// wait in. A goroutine that runs, or would, has no stack to go by: it stays in
// the row where it was last seen waiting, and one that never was is in a row of
// all such that came to be the same way. So rows hold still, and tell which
// goroutines take the processors.
//
// It knows no terminal and no clock, does no I/O and runs no goroutines.
package top

import (
	"cmp"
	"slices"
	"time"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
)

// Options are what a view is made with.
type Options struct {
	Title string // what is looked at
	Every time.Duration
	Style render.Style
	// Parse reads a filter as people write it, and Filter is the one to begin
	// with.
	Parse  func(words string) (stitch.Filter, error)
	Filter string
	Order  string // of Orders; "": the first
}

// A Look is all goroutines of a program at a time.
type Look struct {
	Time       time.Time
	Goroutines []stitch.Goroutine // is not changed by the view, and may not be by the caller
	Note       string             // what is to be said of it; "": nothing
}

// A Model is what a view shows.
type Model struct {
	options Options
	filter  stitch.Filter

	look  Look
	since time.Time // of the first look
	looks int
	rows  map[stitch.Key]*row
	homes map[int64]*row // where a goroutine was last seen waiting
	stray map[int64]*row // where those are that were never seen waiting
	early map[int64]bool // which of them were there in the first look

	shown    []*row // those that the filter leaves, in their order
	order    int    // in Orders
	selected *row
	moved    bool // the user has selected it
	opened   *row // whose stack and members are shown; nil: the list is
	scroll   int  // the first line that is shown of what is opened
	page     int  // how many rows there was room for

	frozen  bool
	input   *input // what is being typed; nil: nothing
	message string // to be shown until the next key
	help    bool
}

// New returns a view that has seen nothing yet.
func New(o Options) (*Model, error) {
	m := &Model{options: o, rows: map[stitch.Key]*row{}, early: map[int64]bool{}}
	if o.Order != "" {
		m.order = slices.Index(Orders(), o.Order)
	}
	var err error
	m.filter, err = o.Parse(o.Filter)
	return m, err
}

// Frozen tells whether the user wants nothing to change: then there is no need
// for looks.
func (m *Model) Frozen() bool { return m.frozen }

// Say shows a message until the next key.
func (m *Model) Say(message string) { m.message = message }

// Look shows a look.
func (m *Model) Look(l Look) {
	m.look = l
	if m.looks == 0 {
		m.since = l.Time
	}
	for _, r := range m.rows {
		r.begin()
	}
	homes, stray := make(map[int64]*row, len(l.Goroutines)), map[int64]*row{}
	for _, g := range stitch.Groups(l.Goroutines) {
		m.sort(g.Goroutines, homes, stray)
	}
	m.homes, m.stray = homes, stray
	if m.looks == 0 {
		for id := range stray {
			m.early[id] = true
		}
	}
	for key, r := range m.rows {
		r.end(m.looks)
		if len(r.members) == 0 && !r.first && r != m.opened {
			delete(m.rows, key) // it begins anew, should it come back
		}
	}
	m.looks++
	m.choose()
}

// sort puts goroutines that are equal into their rows.
func (m *Model) sort(gs []*stitch.Goroutine, homes, stray map[int64]*row) {
	if gs[0].State.Blocked() {
		r := m.row(stitch.Group{Goroutines: gs}.Key())
		r.add(gs)
		for _, g := range gs {
			homes[g.ID] = r
			m.settle(g.ID, r)
		}
		return
	}
	var homeless *row
	for i, g := range gs {
		r := m.homes[g.ID]
		if r != nil {
			homes[g.ID] = r
		} else if r = homeless; r == nil {
			homeless = m.row(g.Chain.Key())
			r = homeless
		}
		if r == homeless {
			stray[g.ID] = r
		}
		r.add(gs[i : i+1])
	}
}

// settle is told of each goroutine that waits in a row. That one had not been
// seen waiting before is no growth.
func (m *Model) settle(id int64, r *row) {
	from := m.stray[id]
	if from == nil {
		return
	}
	r.count++
	if m.early[id] {
		from.base--
		r.base++
		r.first = true
		delete(m.early, id)
	}
}

// row returns the row of a key.
func (m *Model) row(key stitch.Key) *row {
	r := m.rows[key]
	if r == nil {
		r = &row{first: m.looks == 0}
		m.rows[key] = r
	}
	return r
}

// hides tells whether a row is the runtime's own, and those are not to be seen.
func (m *Model) hides(r *row) bool {
	return r.system && m.filter.System == stitch.WithoutSystem
}

// choose sets which rows are shown, and in which order.
func (m *Model) choose() {
	at := max(0, slices.Index(m.shown, m.selected))
	m.shown = m.shown[:0]
	for _, r := range m.rows {
		if r.choose(m.filter) {
			m.shown = append(m.shown, r)
		}
	}
	compare := orders[m.order].compare
	slices.SortFunc(m.shown, func(a, b *row) int {
		return cmp.Or(compare(a, b), compareSystem(a, b), cmp.Compare(b.count, a.count), cmp.Compare(a.name, b.name), cmp.Compare(a.members[0].ID, b.members[0].ID))
	})
	if !m.moved || !slices.Contains(m.shown, m.selected) {
		m.selected = nil
		if !m.moved {
			at = 0
		}
		if len(m.shown) > 0 {
			m.selected = m.shown[min(at, len(m.shown)-1)]
		}
	}
}

// Orders are the words for how rows can be sorted.
func Orders() []string {
	names := make([]string, 0, len(orders))
	for _, o := range orders {
		names = append(names, o.name)
	}
	return names
}

var orders = []struct {
	name    string
	compare func(a, b *row) int
}{
	{"leak", func(a, b *row) int { return cmp.Compare(b.alarm(), a.alarm()) }},
	{"count", func(a, b *row) int { return cmp.Compare(b.count, a.count) }},
	{"growth", func(a, b *row) int { return cmp.Compare(b.growth(), a.growth()) }},
	{"cpu", func(a, b *row) int { return cmp.Compare(b.ran(), a.ran()) }},
	// The runtime's own wait longest, in any program.
	{"wait", func(a, b *row) int { return cmp.Or(compareSystem(a, b), cmp.Compare(b.longest, a.longest)) }},
	{"name", func(a, b *row) int { return cmp.Compare(a.name, b.name) }},
}

// compareSystem puts the runtime's own goroutines behind the others.
func compareSystem(a, b *row) int {
	switch {
	case a.system == b.system:
		return 0
	case a.system:
		return 1
	}
	return -1
}

package dapproxy

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/dlvx/dlvx/stitch"
)

// A snapshot is all goroutines at one stop, and what has been made of them.
// Its ids of groups and nodes are those of the listings of all goroutines:
// what a filter leaves of a group or node has the same id.
type snapshot struct {
	all  []stitch.Goroutine // in the order of listings
	byID map[int64]*stitch.Goroutine
	next func(n int) (first int64) // takes numbers for ids

	mu         sync.Mutex
	groups     []stitch.Group // nil until first asked for; the ids go up from firstGroup
	firstGroup int64
	groupOf    map[int64]int64        // by goroutine: the id of its group
	tree       *forest                // nil until first asked for
	nodeOf     map[int64]*stitch.Node // by goroutine: where it was made
	sites      []stitch.Site          // nil until first asked for
	selections map[string]*selection  // by filter
}

// snapshot returns the goroutines of the question's stop, and lets go of the
// target: what follows needs it no more.
func (q question) snapshot() (*snapshot, error) { return q.takeSnapshot(q.leave) }

// takeSnapshot is snapshot for a question that may still need the target: read
// is called once the target has been read. One question after the other gets
// here, and the first makes the snapshot.
func (q question) takeSnapshot(read func()) (snap *snapshot, err error) {
	select {
	case snap = <-q.stop.snapshots:
	case <-q.ctx.Done():
		return nil, context.Cause(q.ctx)
	}
	defer func() { q.stop.snapshots <- snap }()
	if snap != nil {
		read()
		return snap, nil
	}
	gs, err := q.readGoroutines()
	read()
	if err != nil {
		return nil, err
	}
	gs = slices.Clone(gs)
	slices.SortFunc(gs, func(a, b stitch.Goroutine) int { return stitch.Rank(&a, &b) })
	snap = &snapshot{
		all: gs, byID: make(map[int64]*stitch.Goroutine, len(gs)),
		next: func(n int) int64 { return q.lastListed.Add(int64(n)) - int64(n) + 1 },
	}
	for i := range gs {
		snap.byID[gs[i].ID] = &gs[i]
	}
	return snap, nil
}

var errNoReader = errors.New("this dlvx was started without a way to read them")

func (q question) readGoroutines() (gs []stitch.Goroutine, err error) {
	defer recovered(&err, "listing goroutines")
	c, done := q.reading(q.stop)
	defer done()
	if c == nil {
		return nil, errNoReader
	}
	return c.Goroutines(q.ctx)
}

// A selection is the goroutines of a snapshot that a filter selects.
type selection struct {
	gs     []stitch.Goroutine
	groups []stitch.Group // nil until first asked for
	tree   *forest        // likewise
}

// maxSelections bounds how many are kept: a user who types a filter makes one
// with every letter.
const maxSelections = 4

// selected returns what a filter selects; text is how it was written.
func (s *snapshot) selected(text string, f stitch.Filter) *selection {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sel, ok := s.selections[text]; ok {
		return sel
	}
	if s.selections == nil || len(s.selections) >= maxSelections {
		s.selections = map[string]*selection{}
	}
	sel := &selection{gs: f.Select(s.all)}
	s.selections[text] = sel
	return sel
}

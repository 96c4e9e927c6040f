package goruntime

import (
	"context"
	"errors"
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

// States returns what goroutines are doing now, without where they stand:
// that needs no stacks, and is quick. Those that do not live are left out, and
// those that cannot be read.
func (r *Reader) States(ctx context.Context, goids []int64) (map[int64]stitch.State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.open()
	if err != nil {
		return nil, fmt.Errorf("reading the states of goroutines: %w", err)
	}
	states := make(map[int64]stitch.State, len(goids))
	for _, id := range goids {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("reading the states of goroutines: %w", err)
		}
		if g, alive, err := p.find(id); err == nil && alive {
			states[id] = p.stateOf(g)
		}
	}
	return states, nil
}

// Find tells whether a goroutine lives, as far as that can be told quickly, and
// makes the debugger find it faster than it would by itself, where many are: see
// [primer]. For a Session that is none all live.
func (r *Reader) Find(goid int64) (alive bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.session.(primer)
	if !ok {
		return true, nil
	}
	p, err := r.open()
	if err == nil {
		alive, err = p.prime(s, goid)
	}
	if err != nil {
		return true, fmt.Errorf("finding goroutine %d: %w", goid, err)
	}
	return alive, nil
}

func (p *program) prime(s primer, goid int64) (alive bool, err error) {
	if at, ok := p.slot(goid); (!ok || at.position == unknown) && !p.scanned {
		if err := p.scan(); err != nil {
			return true, err
		}
	}
	at, ok := p.slot(goid)
	if !ok {
		return false, nil
	}
	// What Delve lists as goroutines, but are none, live to it.
	g, err := p.readGoroutine(at.addr)
	switch {
	case err != nil:
		return true, err
	case g.id != goid, g.status == statusDead, g.status == 0:
		return false, nil
	case at.position == unknown:
		return true, errors.New("its place is not known")
	}
	return true, s.Prime(at.position)
}

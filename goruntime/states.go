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

// Prime makes the debugger find a goroutine faster than it would by itself,
// where many are: see [primer]. A Session that is none is left alone.
func (r *Reader) Prime(goid int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.session.(primer)
	if !ok {
		return nil
	}
	if err := r.prime(s, goid); err != nil {
		return fmt.Errorf("finding goroutine %d: %w", goid, err)
	}
	return nil
}

func (r *Reader) prime(s primer, goid int64) error {
	p, err := r.open()
	if err != nil {
		return err
	}
	if at, ok := p.gs[goid]; (!ok || at.position == unknown) && !p.scanned {
		if err := p.scan(); err != nil {
			return err
		}
	}
	at, ok := p.gs[goid]
	switch {
	case !ok:
		return errNoGoroutine
	case at.position == unknown:
		return errors.New("its place is not known")
	}
	return s.Prime(at.position)
}

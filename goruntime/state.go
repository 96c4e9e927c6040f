package goruntime

import (
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

// State returns what a living goroutine is doing now.
func (r *Reader) State(goid int64) (stitch.State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.open()
	if err != nil {
		return stitch.State{}, fmt.Errorf("reading the state of goroutine %d: %w", goid, err)
	}
	g, alive, err := p.asked(goid)
	if err == nil && !alive {
		err = errNoGoroutine
	}
	if err != nil {
		return stitch.State{}, fmt.Errorf("reading the state of goroutine %d: %w", goid, err)
	}
	return p.presenceOf(g).state, nil
}

// Stack returns the own frames of a living goroutine, topmost first, inlined
// calls included: of one that waits by the runtime's own tables, of others by
// the debugger.
func (r *Reader) Stack(goid int64) ([]stitch.Frame, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.open()
	if err != nil {
		return nil, fmt.Errorf("reading the stack of goroutine %d: %w", goid, err)
	}
	g, alive, err := p.asked(goid)
	switch {
	case err != nil:
	case !alive:
		err = errNoGoroutine
	default:
		var frames []stitch.Frame
		if frames, err = p.stack(g); err == nil {
			return frames, nil
		}
	}
	return nil, fmt.Errorf("reading the stack of goroutine %d: %w", goid, err)
}

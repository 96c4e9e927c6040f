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
	at, ok := p.presence(goid)
	if !ok {
		return stitch.State{}, fmt.Errorf("reading the state of goroutine %d: no such goroutine", goid)
	}
	return *at.state, nil
}

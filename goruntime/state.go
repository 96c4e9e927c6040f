package goruntime

import (
	"errors"
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

// State returns what a living goroutine is doing now.
func (r *Reader) State(goid int64) (stitch.State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.program == nil {
		p, err := openProgram(r.session, r.log)
		if err != nil {
			return stitch.State{}, fmt.Errorf("reading the state of goroutine %d: %w", goid, err)
		}
		r.program = p
	}
	at, ok := r.program.presence(goid)
	if !ok {
		return stitch.State{}, fmt.Errorf("reading the state of goroutine %d: %w", goid, errors.New("no such goroutine"))
	}
	return *at.state, nil
}

package dapproxy

import (
	"fmt"
	"slices"

	"github.com/google/go-dap"

	"github.com/dlvx/dlvx/stitch"
)

// A focused goroutine is one that the client has asked to be shown.
type focused struct {
	id   int64
	name string // as Delve would call its thread, but for type arguments
}

// focus answers dlvx/focus. It keeps the target until the event is sent: none
// may say "stopped" once the target runs again.
func (q question) focus() (any, error) {
	id, err := q.goroutine()
	if err != nil {
		return nil, err
	}
	event, err := q.focusOn(id)
	if err != nil {
		return nil, err
	}
	return followed{event}, nil
}

// focusOn puts a goroutine among the threads until the next resume, and returns
// the event by which the client shows it.
func (q question) focusOn(id int64) (dap.EventMessage, error) {
	switch alive, err := q.find(id); {
	case err != nil:
		q.report("the stack of a goroutine may take long", "error", err, "goroutine", id)
	case !alive:
		return nil, noGoroutine(id)
	}
	gs, err := q.some([]int64{id})
	if err != nil {
		return nil, err
	}
	if len(gs) == 0 {
		return nil, noGoroutine(id)
	}
	name := fmt.Sprintf("[Go %d] %s", id, stitch.BriefFunc(userCurrent(gs[0].Own).Func))
	q.stop.mu.Lock()
	if f := (focused{id, name}); !slices.Contains(q.stop.focused, f) {
		q.stop.focused = append(q.stop.focused, f)
	}
	q.stop.mu.Unlock()
	q.stop.setFound(int(id))
	return &dap.StoppedEvent{
		Event: newEvent("stopped"),
		Body:  dap.StoppedEventBody{Reason: "goroutine", Description: "Paused", ThreadId: int(id), AllThreadsStopped: true},
	}, nil
}

// find tells whether a goroutine lives, and makes Delve ready to be asked for it.
func (q question) find(id int64) (alive bool, err error) {
	alive = true
	defer recovered(&err, "finding goroutine %d", id)
	c, done := q.reading(q.stop)
	defer done()
	if c == nil {
		return true, nil
	}
	return c.Find(id)
}

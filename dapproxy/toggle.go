package dapproxy

import (
	"github.com/google/go-dap"
)

// toggle answers dlvx/stitch. It needs nothing of the target.
func (s *session) toggle(m message) {
	var args struct {
		Enabled *bool `json:"enabled"`
	}
	if err := readArguments(m, &args); err != nil {
		s.refuseView(m, asRefusal(err))
		return
	}
	o := s.settings()
	changed := args.Enabled != nil && *args.Enabled != o.stitch
	if changed {
		o.stitch = *args.Enabled
		s.set(o)
	}
	s.respondView(m, struct {
		Enabled bool `json:"enabled"`
	}{o.stitch})

	if changed && s.refetches() {
		s.invalidate()
	}
}

// refetches tells whether the client wants to know that what it has fetched is
// out of date. It is for the dispatcher.
func (s *session) refetches() bool {
	var client dap.InitializeRequestArguments
	return s.initialize.arguments(&client) == nil && client.SupportsInvalidatedEvent
}

// invalidate has the client fetch threads and stacks again, if it has any.
func (s *session) invalidate() {
	if _, leave, ok := s.gate.enter(); ok { // else they are those of a stop that is over
		defer leave()
		s.sendClient(newMessage(&dap.InvalidatedEvent{
			Event: newEvent("invalidated"),
			Body:  dap.InvalidatedEventBody{Areas: []dap.InvalidatedAreas{"threads", "stacks"}},
		}), nil)
	}
}

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

	var client dap.InitializeRequestArguments
	if s.initialize.arguments(&client) != nil || !client.SupportsInvalidatedEvent || !changed {
		return
	}
	if _, leave, ok := s.gate.enter(); ok { // else there is nothing that the client has fetched
		defer leave()
		s.sendClient(newMessage(&dap.InvalidatedEvent{
			Event: newEvent("invalidated"),
			Body:  dap.InvalidatedEventBody{Areas: []dap.InvalidatedAreas{"threads", "stacks"}},
		}), nil)
	}
}

package dapproxy

import (
	"encoding/json"

	"github.com/google/go-dap"
)

// pause forwards the request. Delve (1.27.2) neither halts nor answers where it has
// attached to a process that has shared libraries, until that has been halted once: it
// takes their debug information for being downloaded, and cancels that
// (Session.onPauseRequest). Breakpoints are set all the same, and the target is halted
// for it: none is set, in a file that there is not.
func (s *session) pause(m message) {
	if s.unhalted.Load() {
		none := newMessage(&dap.SetBreakpointsRequest{
			Request:   dap.Request{ProtocolMessage: dap.ProtocolMessage{Type: "request"}, Command: "setBreakpoints"},
			Arguments: dap.SetBreakpointsArguments{Source: dap.Source{Path: "/no such file"}, Breakpoints: []dap.SourceBreakpoint{}},
		})
		s.sendServer(none, &request{own: true})
	}
	s.forward(m, nil)
}

// halted takes notice of a stop. One on entry is none of a halt: an attached process
// was standing still already.
func (s *session) halted(m message) {
	if !s.unhalted.Load() {
		return
	}
	var body dap.StoppedEventBody
	at, _ := m.fields.get("body")
	if json.Unmarshal(at.of(m.body), &body) == nil && body.Reason != "entry" {
		s.unhalted.Store(false)
	}
}

package dapproxy

import (
	"fmt"

	"github.com/google/go-dap"
)

// Numbers of the errors that the proxy answers with: Delve's own for the same
// requests (service/dap/error_ids.go).
const (
	errLaunch   = 3000
	errAttach   = 3001
	errStack    = 2004
	errScopes   = 2005
	errVariable = 2008
	errEvaluate = 2009
	errSet      = 2012
	errInternal = 8888
)

func newEvent(event string) dap.Event {
	return dap.Event{ProtocolMessage: dap.ProtocolMessage{Type: "event"}, Event: event}
}

func newResponse(to message) dap.Response {
	return dap.Response{
		ProtocolMessage: dap.ProtocolMessage{Type: "response"},
		RequestSeq:      int(to.seq),
		Command:         to.command,
		Success:         true,
	}
}

// newError returns an error response as Delve words them.
func newError(to message, id int, summary, details string, showUser bool) message {
	r := &dap.ErrorResponse{Response: newResponse(to)}
	r.Success = false
	r.Message = summary
	r.Body.Error = &dap.ErrorMessage{Id: id, Format: fmt.Sprintf("%s: %s", summary, details), ShowUser: showUser}
	return newMessage(r)
}

// respond sends the client a response of the proxy's own.
func (s *session) respond(response message) { s.sendClient(response, nil) }

// fail answers a request of the client with an error.
func (s *session) fail(to message, id int, summary, details string, showUser bool) {
	s.respond(newError(to, id, summary, details, showUser))
}

// malformedError answers what is no proper message.
func malformedError(m message, err error) message {
	return newError(m, errInternal, "Internal Error", err.Error(), false)
}

// tell shows the user a text in the client's debug console.
func (s *session) tell(text string) {
	s.sendClient(newMessage(&dap.OutputEvent{
		Event: newEvent("output"),
		Body:  dap.OutputEventBody{Category: "console", Output: text},
	}), nil)
}

package dapproxy

import (
	"encoding/json"

	"github.com/google/go-dap"
)

// atMain reads a stopped event. One that names no goroutine gets goroutine 1, as
// Delve itself does when a program stops on entry: a pause while none was running,
// and what no goroutine did, such as the fatal error of a deadlock. VS Code asks
// otherwise for frames of every goroutine, and then shows one that may be the
// runtime's own.
func (s *session) atMain(m message) (message, *stop) {
	const main = 1
	st := newStop()
	at, _ := m.fields.get("body")
	body, err := scanObject(m.body, at)
	var said dap.StoppedEventBody
	if err != nil || json.Unmarshal(at.of(m.body), &said) != nil {
		return m, st // for the client to judge
	}
	st.at, st.found[said.ThreadId] = said.ThreadId, true
	if _, named := body.get("threadId"); named || !s.settings().stitch {
		return m, st
	}
	switch said.Reason {
	case "exception":
		st.exception = &dap.ExceptionInfoResponseBody{ExceptionId: said.Description, Description: said.Text}
	case "pause":
	default:
		return m, st
	}
	st.at = main
	reason, _ := body.get("reason")
	return m.edited(edit{span{reason.to, reason.to}, []byte(`,"threadId":1`)}), st
}

// exceptionInfo says again of an exception of no goroutine what its event has
// said: Delve knows those of goroutines only.
func (s *session) exceptionInfo(m message) {
	var args dap.ExceptionInfoArguments
	st := s.gate.current()
	if st == nil || st.exception == nil || m.arguments(&args) != nil || args.ThreadId != st.at {
		s.forward(m, nil)
		return
	}
	s.forward(m, func(answer message) bool {
		if !answer.success {
			s.respond(newMessage(&dap.ExceptionInfoResponse{Response: newResponse(m), Body: *st.exception}))
		}
		return !answer.success
	})
}

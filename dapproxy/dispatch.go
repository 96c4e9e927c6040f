package dapproxy

import (
	"regexp"
	"strconv"
	"strings"
)

// dispatchAll takes the client's messages in their order.
func (s *session) dispatchAll() {
	for m := range s.queue {
		if s.ctx.Err() != nil {
			return
		}
		if m.kind == "response" {
			s.forwardReverse(m)
			continue
		}
		s.dispatch(m)
	}
	s.end(errClientGone)
}

// forwardReverse passes on the client's answer to a request of the server.
func (s *session) forwardReverse(m message) {
	s.mu.Lock()
	seq, ok := s.reverse[m.requestSeq]
	delete(s.reverse, m.requestSeq)
	s.mu.Unlock()
	if !ok {
		s.report("dropping the client's answer to a request that nobody made", "request_seq", m.requestSeq)
		return
	}
	if err := s.server.Load().send(m, seq, nil); err != nil {
		s.log.Debug("writing to the debugger", "error", err)
	}
}

// dispatch is the list of what the proxy looks into; all else is forwarded.
func (s *session) dispatch(m message) {
	if s.stitched.Load() && m.command != "attach" && m.command != "disconnect" {
		s.forward(m, nil)
		return
	}
	switch m.command {
	case "initialize":
		s.initialize = m
		s.forward(m, s.introducing(m))
	case "launch":
		s.launch(m)
	case "attach":
		s.attach(m)
	case "restart":
		s.restart(m)

	case "threads":
		s.threads(m)
	case "stackTrace":
		s.stackTrace(m)
	case "scopes":
		s.onFrame(m, s.scopes)
	case "evaluate":
		if !s.console(m) && !s.configure(m) {
			s.onFrame(m, s.evaluate)
		}
	case "exceptionInfo":
		s.exceptionInfo(m)
	case "variables":
		s.onSpawnScope(m)
	case "setVariable":
		s.onSpawnScope(m)

	case "continue", "next", "stepIn", "stepOut", "stepBack", "reverseContinue", "goto", "restartFrame",
		"configurationDone":
		s.resume(m, false)
	case "disconnect", "terminate":
		// Not held back by a question under way: this must always get through.
		if m.command == "disconnect" && s.cfg.Leave != nil {
			s.cfg.Leave()
		}
		at := s.gate.suspend()
		if m.command == "disconnect" {
			s.setOver(true)
		}
		s.forwardResume(m, at, false)

	case "pause":
		s.pause(m)
	case "cancel":
		s.cancel(m)
	default:
		if strings.HasPrefix(m.command, prefix) {
			s.ask(m)
			return
		}
		s.forward(m, nil)
	}
}

// resume forwards a request that lets the target run, once the questions about
// the present stop are answered. stopsAgain tells that the target will be
// stopped when the answer comes, and no event need say so.
func (s *session) resume(m message, stopsAgain bool) {
	at := s.gate.suspend()
	select {
	case <-s.gate.drained():
	case <-s.staying.Done(): // a disconnect waits behind this
	}
	s.forwardResume(m, at, stopsAgain)
}

func (s *session) forwardResume(m message, at *stop, stopsAgain bool) {
	// After setVariable Delve itself says so.
	refetches := stopsAgain && m.command == "evaluate" && s.refetches()
	s.forward(m, func(answer message) bool {
		switch {
		case !answer.success:
			s.gate.reopen(at)
		case stopsAgain && s.gate.renew(at) && refetches && at.hasAdded():
			// The frames that the client shows are of the stop before.
			s.answer(m, answer)
			s.invalidate()
			return true
		}
		return false
	})
}

var (
	// Delve's own patterns (onEvaluateRequest).
	callExpr = regexp.MustCompile(`^\s*call\s+\S+`)
	dlvExpr  = regexp.MustCompile(`^\s*dlv\s+\S+`)
	// The dlv command that selects another process of those that are followed,
	// which has other goroutines by the same numbers.
	dlvSwitch = regexp.MustCompile(`^\s*dlv\s+target\s+switch\b`)
	// The one dlv command that evaluates in the frame.
	dlvExamine = regexp.MustCompile(`^\s*dlv\s+(x|examinemem)\b`)
)

// plainLiteral tells whether value can only be assigned to a variable that is
// not a string. Delve assigns strings by calling into the target, which lets
// it run; the request does not say which it will be.
func plainLiteral(value string) bool {
	if value == "true" || value == "false" || value == "nil" {
		return true
	}
	if _, err := strconv.ParseInt(value, 0, 64); err == nil {
		return true
	}
	_, err := strconv.ParseFloat(value, 64)
	return err == nil
}

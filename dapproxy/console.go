package dapproxy

import (
	"regexp"
	"strconv"

	"github.com/google/go-dap"
)

// dlvxExpr is what in a client's debug console is meant for dlvx, as Delve's own
// commands there begin with dlv.
var dlvxExpr = regexp.MustCompile(`^\s*dlvx\s+(\S+)\s*(.*?)\s*$`)

const consoleHelp = `dlvx goroutine 18   show goroutine 18, also one that is not in the list
dlvx help           this list
dlv help            Delve's own commands`

// console answers what is typed for dlvx in the debug console; false: the request
// is no such.
func (s *session) console(m message) bool {
	var args dap.EvaluateArguments
	if m.arguments(&args) != nil || args.Context != "repl" {
		return false
	}
	words := dlvxExpr.FindStringSubmatch(args.Expression)
	switch {
	case words == nil:
		return false
	case words[1] == "goroutine":
		id, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil || id < 1 {
			s.refuse(m, "dlvx goroutine is followed by the goroutine's number, such as 18")
			return true
		}
		s.consoleFocus(m, id)
	case words[1] == "help":
		s.print(m, consoleHelp)
	default:
		s.refuse(m, "dlvx has no command "+strconv.Quote(words[1])+" here, see: dlvx help")
	}
	return true
}

// consoleFocus is [question.focus] of a request to evaluate.
func (s *session) consoleFocus(m message, id int64) {
	ctx, st, leave, ok := s.gate.enterLong()
	if !ok {
		s.refuse(m, errNotStopped.text)
		return
	}
	q := question{s, m, ctx, st, leave}
	s.async(func() {
		defer leave()
		event, err := q.focusOn(id)
		if err == nil {
			err = q.givenUp()
		}
		if err != nil {
			s.refuse(m, asRefusal(err).text)
			return
		}
		s.print(m, "goroutine "+strconv.FormatInt(id, 10)+" is shown in the call stack")
		s.sendClient(newMessage(event), nil)
	})
}

// print answers a request to evaluate with a text.
func (s *session) print(m message, text string) {
	s.respond(newMessage(&dap.EvaluateResponse{Response: newResponse(m), Body: dap.EvaluateResponseBody{Result: text}}))
}

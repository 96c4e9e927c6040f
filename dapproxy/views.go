package dapproxy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/google/go-dap"
)

// The requests of dlvx's own, for views of all goroutines. docs/protocol.md is
// their description.
const (
	prefix   = "dlvx/"
	protocol = 1
)

// A refusal is an error response to one of them: kind is for programs, text
// for the user.
type refusal struct {
	kind string
	id   int
	text string
}

func (r refusal) Error() string { return r.text }

var (
	errNotStopped = refusal{"notStopped", 7001, "the program is running: pause it first"}
	errCancelled  = refusal{"cancelled", 7002, "cancelled"}
)

func badArgument(format string, args ...any) refusal {
	return refusal{"invalidArguments", 7003, fmt.Sprintf(format, args...)}
}

func stale(what string, id int64) refusal {
	return refusal{"staleId", 7004, fmt.Sprintf("%s %d is of an earlier stop: ask for the list again", what, id)}
}

func noGoroutine(id int64) refusal {
	return refusal{"noGoroutine", 7005, fmt.Sprintf("there is no goroutine %d: it has exited, or never was", id)}
}

func unreadable(err error) refusal {
	return refusal{"unreadable", 7006, fmt.Sprintf("the program's goroutines cannot be read: %v", err)}
}

func unknownRequest(command string) refusal {
	return refusal{"unknownRequest", 7007, fmt.Sprintf("this dlvx has no request %q", command)}
}

func (s *session) refuseView(to message, r refusal) {
	e := &dap.ErrorResponse{Response: newResponse(to)}
	e.Success = false
	e.Message = r.kind
	e.Body.Error = &dap.ErrorMessage{Id: r.id, Format: r.text}
	s.respond(newMessage(e))
}

func (s *session) respondView(to message, body any) {
	s.respond(newMessage(struct {
		dap.Response
		Body any `json:"body,omitempty"`
	}{newResponse(to), body}))
}

// dlvxMember is that of the answer to initialize by which clients know dlvx.
const dlvxMember = "dlvx"

// introducing returns what tells the client, in the answer to its initialize
// request, that these requests exist. Where dlvx was told to leave messages
// alone it does.
func (s *session) introducing(m message) func(message) bool {
	if s.cfg.NoStitch {
		return nil
	}
	return func(answer message) bool {
		at, ok := answer.fields.get("body")
		if !ok || !answer.success {
			return false
		}
		body, err := scanObject(answer.body, at)
		if err != nil {
			return false
		}
		if _, ok := body.get(dlvxMember); ok {
			s.stitched.Store(true)
			return false
		}
		value, err := json.Marshal(struct {
			Protocol int    `json:"protocol"`
			Version  string `json:"version"`
		}{protocol, s.cfg.Version})
		if err != nil {
			return false
		}
		s.answer(m, answer.edited(setMember(answer.body, at, body, dlvxMember, value)))
		return true
	}
}

// A question is one of these requests on its way to an answer. Until leave is
// called the target stays stopped.
type question struct {
	*session
	m     message
	ctx   context.Context // done when nobody waits for the answer any more
	stop  *stop
	leave func()
}

// ask answers a request on a goroutine of its own.
func (s *session) ask(m message) {
	var answer func(question) (any, error)
	switch m.command {
	case prefix + "stitch":
		s.toggle(m)
		return
	case prefix + "goroutines":
		answer = question.goroutines
	case prefix + "groups":
		answer = question.groups
	case prefix + "tree":
		answer = question.tree
	case prefix + "sites":
		answer = question.sites
	case prefix + "labels":
		answer = question.labels
	case prefix + "stack":
		answer = question.stack
	case prefix + "dump":
		answer = question.dump
	case prefix + "focus":
		answer = question.focus
	default:
		s.refuseView(m, unknownRequest(m.command))
		return
	}
	ctx, st, leave, ok := s.gate.enterLong()
	if !ok {
		s.refuseView(m, errNotStopped)
		return
	}
	ctx, cancel := context.WithCancelCause(ctx)
	s.mu.Lock()
	s.asked[m.seq] = cancel
	s.mu.Unlock()
	q := question{s, m, ctx, st, sync.OnceFunc(leave)}
	s.async(func() {
		defer q.leave()
		body, err := q.answer(answer)
		s.mu.Lock()
		delete(s.asked, m.seq)
		s.mu.Unlock()
		err = cmp.Or(q.givenUp(), err)
		cancel(nil)
		if err != nil {
			s.refuseView(m, asRefusal(err))
			return
		}
		if f, ok := body.(followed); ok {
			s.respondView(m, nil)
			s.sendClient(newMessage(f.event), nil)
			return
		}
		s.respondView(m, body)
	})
}

// followed is an answer without a body that an event follows.
type followed struct{ event dap.EventMessage }

// answer keeps a mistake in a view from ending the session.
func (q question) answer(make func(question) (any, error)) (body any, err error) {
	defer recovered(&err, "answering %s", q.m.command)
	return make(q)
}

// givenUp tells why the answer is not wanted any more, nil if it is.
func (q question) givenUp() error {
	switch {
	case errors.Is(context.Cause(q.ctx), errCancelled):
		return errCancelled
	case q.ctx.Err() != nil, !q.gate.at(q.stop): // a resume that then fails cuts short, too
		return errNotStopped
	}
	return nil
}

func asRefusal(err error) refusal {
	var r refusal
	if errors.As(err, &r) {
		return r
	}
	return unreadable(err)
}

// cancel ends one of these requests. Others are Delve's: it cancels none.
func (s *session) cancel(m message) {
	var args dap.CancelArguments
	if err := m.arguments(&args); err == nil {
		s.mu.Lock()
		end := s.asked[int64(args.RequestId)]
		s.mu.Unlock()
		if end != nil {
			end(errCancelled)
			s.respondView(m, nil)
			return
		}
	}
	s.forward(m, nil)
}

// readArguments decodes the request's arguments, and says what is wrong with
// them in terms of the request.
func (q question) readArguments(to any) error { return readArguments(q.m, to) }

func readArguments(m message, to any) error {
	err := m.arguments(to)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field != "":
		field := strings.TrimPrefix(wrong.Field, "page.") // the embedded struct is none of the client's
		return badArgument("%q is a %s: it must be %s", field, wrong.Value, nounOf(wrong.Type))
	}
	return badArgument("the arguments must be an object")
}

// nounOf says what a JSON value for a Go type is.
func nounOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	}
	return "an object"
}

// A page says which part of a list is wanted.
type page struct {
	Start int `json:"start"`
	Count int `json:"count"`
}

const defaultCount = 100

func (p page) check() error {
	switch {
	case p.Start < 0:
		return badArgument(`"start" is %d: it must be a whole number from 0`, p.Start)
	case p.Count < 0:
		return badArgument(`"count" is %d: it must be a whole number from 0, which is %d`, p.Count, defaultCount)
	}
	return nil
}

// paged returns the part of a list that is wanted, each entry as it is shown.
func paged[T, U any](p page, list []T, show func(T) U) []U {
	start := min(p.Start, len(list))
	count := p.Count
	if count == 0 {
		count = defaultCount
	}
	list = list[start:][:min(count, len(list)-start)]
	out := make([]U, 0, len(list))
	for _, e := range list {
		out = append(out, show(e))
	}
	return out
}

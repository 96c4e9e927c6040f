package dapproxy

import (
	"fmt"
	"strconv"

	"github.com/google/go-dap"

	"github.com/dlvx/dlvx/stitch"
)

// onFrame takes a request about a frame: to handle if the frame is an added
// one, else to Delve.
func (s *session) onFrame(m message, handle func(message, *addedFrame)) {
	var args dap.EvaluateArguments // its frameId is that of scopes, too
	err := m.arguments(&args)
	if m.command == "evaluate" && dlvSwitch.MatchString(args.Expression) {
		s.resume(m, true) // whatever the frame is: what was shown is of another process
		return
	}
	if err != nil || args.FrameId < firstID {
		if m.command == "evaluate" && callExpr.MatchString(args.Expression) {
			s.resume(m, true)
			return
		}
		s.forward(m, nil)
		return
	}
	s.onAdded(m, args.FrameId, "frame", handle)
}

// onSpawnScope takes a request about variables: those of the scope Spawn are
// the proxy's own.
func (s *session) onSpawnScope(m message) {
	var args dap.SetVariableArguments // its variablesReference is that of variables, too
	switch err := m.arguments(&args); {
	case err == nil && args.VariablesReference >= firstID:
		s.onAdded(m, args.VariablesReference, "variables reference", s.spawnVariables)
	case m.command == "setVariable" && !plainLiteral(args.Value):
		s.resume(m, true)
	default:
		s.forward(m, nil)
	}
}

// onAdded finds an added frame by its id, or says that it is gone: an id of
// another stop must never show another frame's variables.
func (s *session) onAdded(m message, id int, what string, handle func(message, *addedFrame)) {
	st, leave, ok := s.gate.enter()
	if !ok {
		s.refuse(m, fmt.Sprintf("%s %d is of an earlier stop, and the program is running", what, id))
		return
	}
	f := st.frame(id)
	if f == nil {
		leave()
		s.refuse(m, fmt.Sprintf("%s %d belongs to an earlier stop: ask for the stack again", what, id))
		return
	}
	s.async(func() {
		defer leave()
		handle(m, f)
	})
}

// refuse answers with the error that Delve has for the same request.
func (s *session) refuse(m message, details string) {
	switch m.command {
	case "scopes":
		s.fail(m, errScopes, "Unable to list locals", details, false)
	case "evaluate":
		s.fail(m, errEvaluate, "Unable to evaluate expression", details, evaluateShows(m))
	case "setVariable":
		s.fail(m, errSet, "Unable to set variable", details, false)
	default:
		s.fail(m, errVariable, "Unable to lookup variable", details, false)
	}
}

// evaluateShows tells whether a failing evaluate is worth a pop-up, as Delve
// decides it.
func evaluateShows(m message) bool {
	var args dap.EvaluateArguments
	_ = m.arguments(&args)
	return args.Context != "watch" && args.Context != "repl" && args.Context != "hover"
}

// scopes answers with the spawner's real variables where it still stands in
// the frame, else with what is known of the spawn.
func (s *session) scopes(m message, f *addedFrame) {
	if id, ok := s.live(f); ok {
		s.forwardFrame(m, id)
		return
	}
	s.respond(newMessage(&dap.ScopesResponse{
		Response: newResponse(m),
		Body: dap.ScopesResponseBody{Scopes: []dap.Scope{{
			Name:               "Spawn",
			VariablesReference: f.id,
			NamedVariables:     len(f.spawnVariables(s.settings().paths)),
		}}},
	}))
}

func (s *session) evaluate(m message, f *addedFrame) {
	var args dap.EvaluateArguments
	_ = m.arguments(&args)
	switch {
	case dlvExpr.MatchString(args.Expression) && !dlvExamine.MatchString(args.Expression):
		s.forwardFrame(m, 0) // dlv config, dlv sources: no frame matters
		return
	case callExpr.MatchString(args.Expression):
		s.refuse(m, "functions can be called from a goroutine's topmost frame only")
		return
	}
	if id, ok := s.live(f); ok {
		s.forwardFrame(m, id)
		return
	}
	s.refuse(m, f.gone())
}

// live returns Delve's id of the frame in the spawner's present stack that f
// is, if it is there.
func (s *session) live(f *addedFrame) (id int, ok bool) {
	if f.line || f.call.Live < 0 || f.segment.State == nil || f.segment.Goroutine <= 0 {
		return 0, false
	}
	p, err := s.injectStack(int(f.segment.Goroutine), f.call.Live, 1)
	if err == nil && len(p.StackFrames) == 0 {
		err = fmt.Errorf("goroutine %d has no frame %d", f.segment.Goroutine, f.call.Live)
	}
	var frame dap.StackFrame
	if err == nil {
		frame, err = decodeFrame(p.StackFrames[0])
	}
	if err == nil && !stitch.SameFunc(frame.Name, f.call.Func) {
		err = fmt.Errorf("frame %d of goroutine %d is %s, not %s", f.call.Live, f.segment.Goroutine, frame.Name, f.call.Func)
	}
	if err != nil {
		s.report("showing a recorded frame in place of a live one", "error", err)
		return 0, false
	}
	return frame.Id, true
}

// forwardFrame forwards a request about a frame as one about Delve's frame id.
func (s *session) forwardFrame(m message, id int) {
	at, ok := m.argument("frameId")
	if ok {
		s.forward(m.edited(edit{at, strconv.AppendInt(nil, int64(id), 10)}), nil)
		return
	}
	s.refuse(m, "the request's frameId cannot be read")
}

// gone says why a frame has no variables.
func (f *addedFrame) gone() string {
	if f.line {
		return "this line of the stack is no frame: select one below it"
	}
	name := stitch.ShortFunc(f.call.Func)
	switch {
	case f.segment.Goroutine == 0:
		return fmt.Sprintf("%s is a recorded frame of a goroutine whose number was not kept: only its position is known", name)
	case f.segment.State == nil:
		return fmt.Sprintf("%s is a recorded frame of goroutine %d, which has exited: its variables are gone", name, f.segment.Goroutine)
	}
	return fmt.Sprintf("%s is a recorded frame of goroutine %d: that call may have returned; only its position is known", name, f.segment.Goroutine)
}

// spawnVariables answers requests about the variables of the scope Spawn.
func (s *session) spawnVariables(m message, f *addedFrame) {
	if m.command == "setVariable" {
		s.refuse(m, "the values of the scope Spawn are a record and cannot be set")
		return
	}
	var args dap.VariablesArguments
	_ = m.arguments(&args)
	variables := []dap.Variable{}
	if args.Filter != "indexed" {
		variables = f.spawnVariables(s.settings().paths)
	}
	s.respond(newMessage(&dap.VariablesResponse{
		Response: newResponse(m),
		Body:     dap.VariablesResponseBody{Variables: variables},
	}))
}

func (f *addedFrame) spawnVariables(rules []pathRule) []dap.Variable {
	goroutine, state := "not known", "not known"
	if f.segment.Goroutine != 0 {
		goroutine = strconv.FormatInt(f.segment.Goroutine, 10)
		state = "exited"
	}
	if f.segment.State != nil {
		state = f.segment.State.String()
	}
	variables := []dap.Variable{
		{Name: "goroutine", Value: goroutine},
		{Name: "state", Value: state},
		{Name: "provenance", Value: string(f.segment.Provenance)},
	}
	if f.spawned.File != "" {
		at := fmt.Sprintf("%s:%d (%s)", toClient(f.spawned.File, rules), f.spawned.Line, stitch.ShortFunc(f.spawned.Func))
		variables = append(variables, dap.Variable{Name: "created at", Value: at})
	}
	for i := range variables {
		variables[i].PresentationHint = &dap.VariablePresentationHint{Attributes: []string{"readOnly"}}
	}
	return variables
}

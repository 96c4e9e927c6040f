package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-dap"
)

// TestInspectAddedFrames: a spawner's frame shows the spawner's variables
// while it still stands there, else says what is known of it; and never
// another frame's.
func TestInspectAddedFrames(t *testing.T) {
	p := program(t, "locals")
	c := startDAP(t)
	thread := c.launchToStop(t, p, nil)
	frames := c.frames(t, thread)
	i := slices.IndexFunc(frames, func(f dap.StackFrame) bool { return f.PresentationHint == "label" })
	if i < 0 || i+1 == len(frames) {
		t.Fatalf("no chain: %+v", frames)
	}
	separator, spawner := frames[i], frames[i+1]

	const localOfSpawner = `customer="acme"`

	// The spawner's real variables, through Delve's own handles.
	var names []string
	for _, s := range call[*dap.ScopesResponse](t, c, "scopes", dap.ScopesArguments{FrameId: spawner.Id}).Body.Scopes {
		for _, v := range call[*dap.VariablesResponse](t, c, "variables", dap.VariablesArguments{VariablesReference: s.VariablesReference}).Body.Variables {
			names = append(names, v.Name+"="+v.Value)
		}
	}
	if !slices.Contains(names, localOfSpawner) {
		t.Errorf("variables of %s are %q, want %s among them", spawner.Name, names, localOfSpawner)
	}
	name, value, _ := strings.Cut(localOfSpawner, "=")
	if got := call[*dap.EvaluateResponse](t, c, "evaluate", dap.EvaluateArguments{Expression: name, FrameId: spawner.Id}).Body.Result; got != value {
		t.Errorf("%s is %s in %s, want %s", name, got, spawner.Name, value)
	}

	// A separator has no variables, but something to say.
	scopes := call[*dap.ScopesResponse](t, c, "scopes", dap.ScopesArguments{FrameId: separator.Id}).Body.Scopes
	if len(scopes) != 1 || scopes[0].Name != "Spawn" {
		t.Fatalf("scopes of a separator are %+v", scopes)
	}
	names = nil
	for _, v := range call[*dap.VariablesResponse](t, c, "variables", dap.VariablesArguments{VariablesReference: scopes[0].VariablesReference}).Body.Variables {
		names = append(names, v.Name)
	}
	if want := []string{"goroutine", "state", "provenance", "created at"}; !slices.Equal(names, want) {
		t.Errorf("the Spawn scope says %q, want %q", names, want)
	}

	// After a resume the ids are of the past.
	call[*dap.NextResponse](t, c, "next", dap.NextArguments{ThreadId: thread})
	event[*dap.StoppedEvent](t, c)
	for _, f := range []dap.StackFrame{separator, spawner} {
		for command, args := range map[string]any{
			"scopes":   dap.ScopesArguments{FrameId: f.Id},
			"evaluate": dap.EvaluateArguments{Expression: name, FrameId: f.Id},
		} {
			m := wait(t, "the answer to "+command, c.start(t, command, args))
			if e, ok := m.(*dap.ErrorResponse); !ok || !strings.Contains(e.Body.Error.Format, "earlier stop") {
				t.Errorf("%s on a frame of an earlier stop was answered by %#v", command, m)
			}
		}
	}
	call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})
}

// TestCutFramesHaveNoVariables: of a stack that was not recorded wholly it is
// not known which call is which, so no variables are shown for it.
func TestCutFramesHaveNoVariables(t *testing.T) {
	c := startDAP(t)
	thread := c.launchToStop(t, program(t, "deeplive"), nil)
	frames := c.frames(t, thread)
	i := slices.IndexFunc(frames, func(f dap.StackFrame) bool { return f.PresentationHint == "label" })
	if i < 0 || frames[i+1].Name != "main.dig" {
		t.Fatalf("no chain: %+v", frames)
	}
	m := wait(t, "the answer to evaluate", c.start(t, "evaluate", dap.EvaluateArguments{Expression: "n", FrameId: frames[i+1].Id}))
	if r, ok := m.(*dap.EvaluateResponse); ok {
		t.Errorf("n is %s in a frame that may be any of 200", r.Body.Result)
	}
	call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})
}

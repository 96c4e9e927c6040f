package e2e

import (
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-delve/delve/service/rpc2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-dap"

	"github.com/dlvx/dlvx/internal/fixture"
)

// TestManyClients: of several clients of a headless server each may let the program
// run, and Delve does not tell the others. What they ask for then is of the new stop,
// and an old frame is none of it.
func TestManyClients(t *testing.T) {
	p := program(t, "locals")
	addr := startHeadless(t, buildRecording(t, p, fixture.DebugFlag))
	attach := func(stopOnEntry bool) *dapClient {
		t.Helper()
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		c := newDAPClient(conn)
		call[*dap.InitializeResponse](t, c, "initialize", dap.InitializeRequestArguments{AdapterID: "go", PathFormat: "path", LinesStartAt1: true, ColumnsStartAt1: true})
		call[*dap.AttachResponse](t, c, "attach", map[string]any{"mode": "remote", "stopOnEntry": stopOnEntry})
		event[*dap.InitializedEvent](t, c)
		return c
	}
	acting := attach(false)
	at := p.Stopped()
	r := call[*dap.SetBreakpointsResponse](t, acting, "setBreakpoints", dap.SetBreakpointsArguments{
		Source: dap.Source{Path: at.File}, Breakpoints: []dap.SourceBreakpoint{{Line: at.Line}},
	})
	if b := r.Body.Breakpoints[0]; !b.Verified {
		t.Fatalf("breakpoint at %s:%d: %s", at.File, at.Line, b.Message)
	}
	call[*dap.ConfigurationDoneResponse](t, acting, "configurationDone", struct{}{})
	thread := event[*dap.StoppedEvent](t, acting).Body.ThreadId
	looking := attach(true)
	call[*dap.ConfigurationDoneResponse](t, looking, "configurationDone", struct{}{})
	event[*dap.StoppedEvent](t, looking)

	resumed := func(who string, before []dap.StackFrame) []dap.StackFrame {
		t.Helper()
		spawner := before[len(before)-1]
		m := wait(t, "the answer to scopes", looking.start(t, "scopes", dap.ScopesArguments{FrameId: spawner.Id}))
		if e, ok := m.(*dap.ErrorResponse); !ok || !strings.Contains(e.Body.Error.Format, "earlier stop") {
			t.Errorf("after %s: scopes of a frame of the stop before: %#v", who, m)
		}
		after := looking.frames(t, thread)
		if d := cmp.Diff(shownFrames(acting.frames(t, thread)), shownFrames(after)); d != "" {
			t.Errorf("after %s the clients see different stacks (-resumed +looked on):\n%s", who, d)
		}
		return after
	}
	frames := looking.frames(t, thread)
	call[*dap.NextResponse](t, acting, "next", dap.NextArguments{ThreadId: thread})
	event[*dap.StoppedEvent](t, acting)
	frames = resumed("a step of another DAP client", frames)

	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	client := rpc2.NewClientFromConn(conn)
	if _, err := client.StepInstruction(false); err != nil {
		t.Fatal(err)
	}
	resumed("a step of a JSON-RPC client", frames)
	conn.Close()
	call[*dap.DisconnectResponse](t, looking, "disconnect", map[string]any{"terminateDebuggee": false})
	call[*dap.DisconnectResponse](t, acting, "disconnect", map[string]any{"terminateDebuggee": true})
}

// startHeadless serves a binary to many clients, and returns where. It has to end by
// itself before the test does.
func startHeadless(t *testing.T, binary string) (addr string) {
	t.Helper()
	exe, err := dlvx()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "exec", binary, "--headless", "--accept-multiclient", "--listen=127.0.0.1:0")
	addr, rest := serve(t, cmd, "API server listening at: ")
	ended := make(chan error, 1)
	go func() {
		_, _ = io.Copy(io.Discard, rest)
		ended <- cmd.Wait()
	}()
	t.Cleanup(func() {
		if t.Failed() {
			_ = cmd.Process.Kill()
		}
		if err := wait(t, "the end of dlvx", ended); err != nil && !t.Failed() {
			t.Errorf("dlvx --headless: %v", err)
		}
	})
	return addr
}

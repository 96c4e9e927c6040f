package e2e

import (
	"log/slog"
	"os"
	"testing"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/debugger"
	"github.com/go-delve/delve/service/rpc2"
	"github.com/go-delve/delve/service/rpccommon"
	"github.com/google/go-cmp/cmp"
)

func TestConformDebugger(t *testing.T) {
	p := program(t, "pool")
	s := startSession(t, p, buildRecording(t, p, fixture.DebugFlag))
	s.runToStop(t)
	conform(t, delve.NewDebuggerSession(s.d), 1)
}

func TestConformClient(t *testing.T) {
	p := program(t, "pool")
	c := startRPC(t, p, buildRecording(t, p, fixture.DebugFlag))
	conform(t, delve.NewClientSession(c), 1)
}

// TestSessionsAgree: the same chain comes out of every session.
func TestSessionsAgree(t *testing.T) {
	p := program(t, "exited")
	exe := buildRecording(t, p, fixture.DebugFlag)
	chain := func(s goruntime.Session, goid int64) stitch.Chain {
		c, err := goruntime.NewReader(s, slog.New(slog.DiscardHandler)).Chain(goid, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.Links { // ids and addresses of two runs differ
			c.Links[i].Spawner, c.Links[i].State = 0, nil
		}
		return c
	}
	inProcess := startSession(t, p, exe)
	inProcess.runToStop(t)
	state, err := inProcess.d.State(false)
	if err != nil {
		t.Fatal(err)
	}
	want := chain(delve.NewDebuggerSession(inProcess.d), state.SelectedGoroutine.ID)
	if len(want.Links) < 4 {
		t.Fatalf("a chain of %d links", len(want.Links))
	}

	c := startRPC(t, p, exe)
	state, err = c.GetState()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, chain(delve.NewClientSession(c), state.SelectedGoroutine.ID)); diff != "" {
		t.Errorf("RPC differs from in-process (-in-process +RPC):\n%s", diff)
	}
}

// startRPC runs the program to its stop under a Delve at the other end of an
// RPC connection. A program to be paused is stopped in main.main instead.
func startRPC(t *testing.T, p *fixture.Program, exe string) service.Client {
	t.Helper()
	listener, conn := service.ListenerPipe()
	server := rpccommon.NewServer(&service.Config{
		Listener: listener, APIVersion: 2, ProcessArgs: append([]string{exe}, p.Args...),
		Debugger: debugger.Config{
			Backend: "default", WorkingDir: p.Dir,
			Stdout: proc.OutputRedirect{Path: os.DevNull}, Stderr: proc.OutputRedirect{Path: os.DevNull},
		},
	})
	if err := server.Run(); err != nil {
		t.Fatal(err)
	}
	c := rpc2.NewClientFromConn(conn)
	t.Cleanup(func() {
		if err := c.Detach(true); err != nil {
			t.Error(err)
		}
		listener.Close()
	})
	bp := &api.Breakpoint{FunctionName: "main.main"}
	if p.Stop == fixture.Breakpoint {
		bp = &api.Breakpoint{File: p.Stopped().File, Line: p.Stopped().Line}
	}
	if _, err := c.CreateBreakpoint(bp); err != nil {
		t.Fatal(err)
	}
	for state := range c.Continue() {
		if state.Err != nil {
			t.Fatal(state.Err)
		}
	}
	return c
}

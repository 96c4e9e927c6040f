package e2e

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"github.com/dlvx/dlvx/dapproxy"
	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-dap"
)

// startInjecting runs an executable made of p to its stop, under a proxy and a
// Delve of this process, and returns the proxy's way of asking the debugger
// through their connection.
func startInjecting(t *testing.T, p *fixture.Program, exe string) (*dapClient, *dapproxy.Injector, int) {
	t.Helper()
	var injector *dapproxy.Injector
	log := slog.New(slog.DiscardHandler)
	clientEnd, proxyClient := tcpPipe(t)
	proxyServer, delveEnd := net.Pipe()
	delveSession := delve.NewDAPSession(delveEnd, delve.DAPConfig{})
	served := make(chan struct{})
	go func() {
		defer close(served)
		delveSession.Serve()
	}()
	proxied := make(chan error, 1)
	go func() {
		proxied <- dapproxy.Serve(context.Background(), proxyClient, proxyServer, dapproxy.Config{
			Log: log,
			NewChains: func(i *dapproxy.Injector) dapproxy.Chains {
				injector = i
				return goruntime.NewReader(i, log)
			},
		})
	}()
	t.Cleanup(func() {
		clientEnd.Close()
		if err := <-proxied; err != nil {
			t.Errorf("the proxy: %v", err)
		}
		<-served
		delveSession.Close()
	})
	c := newDAPClient(clientEnd)
	thread := c.launchToStop(t, p, map[string]any{"mode": "exec", "program": exe, "dlvCwd": ""})
	// The first stack that is asked for to its bottom makes the reader.
	c.frames(t, max(thread, 1))
	if injector == nil {
		t.Fatal("no reader was made for a whole stack")
	}
	return c, injector, thread
}

// tcpPipe returns both ends of a connection that buffers, as an editor's does.
func tcpPipe(t *testing.T) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

func TestConformInjector(t *testing.T) {
	p := program(t, "pool") // its goroutine 1 waits in main.main
	_, injector, _ := startInjecting(t, p, buildRecording(t, p, fixture.DebugFlag))
	conform(t, injector, 1)
}

// TestInjectorReadsTheSame: an editor sees the same stacks when nothing but
// the DAP connection leads to the program.
func TestInjectorReadsTheSame(t *testing.T) {
	for _, name := range []string{"exited", "afterfunc", "generic", "httpserver", "locals", "respawn"} {
		t.Run(name, func(t *testing.T) {
			p := program(t, name)
			c, _, thread := startInjecting(t, p, buildRecording(t, p, fixture.DebugFlag))
			if d := p.Diff(c.stack(t, thread), c.stacks(t)); d != "" {
				t.Error(d)
			}
			call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})
		})
	}
}

// TestPagesAgree: however an editor slices a stack, it gets the same one.
func TestPagesAgree(t *testing.T) {
	p := program(t, "exited")
	c := startDAP(t)
	thread := c.launchToStop(t, p, nil)
	names := func(frames []dap.StackFrame) (ns []string) {
		for _, f := range frames {
			ns = append(ns, f.Name)
		}
		return ns
	}
	whole := names(c.frames(t, thread))
	for size := 1; size <= len(whole); size++ {
		var got []string
		for {
			r := call[*dap.StackTraceResponse](t, c, "stackTrace", dap.StackTraceArguments{ThreadId: thread, StartFrame: len(got), Levels: size})
			got = append(got, names(r.Body.StackFrames)...)
			if len(r.Body.StackFrames) < size || len(got) >= r.Body.TotalFrames {
				break
			}
		}
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Errorf("in pages of %d (-whole +pages):\n%s", size, diff)
		}
	}
	call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})
}

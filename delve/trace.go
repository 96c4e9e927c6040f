package delve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/go-delve/delve/pkg/config"
	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/pkg/terminal"
	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// A Trace is what is traced, by dlv trace's flags.
type Trace struct {
	Functions string // regular expression of their names
	Stack     int    // how deep the stacks are that are shown; from 1
	Verbosity int    // of parameters, 0 to 4
	Timestamp bool
}

// again is after how long a program is halted once more that still runs: Delve
// forgets a halt that comes just before it runs.
const again = 100 * time.Millisecond

// Run traces p until it ends, as dlv trace --stack does, with stitched stacks.
// SIGINT ends the tracing; p is then gone, or let go if it was attached to. So it
// is when ctx ends.
func (tr Trace) Run(ctx context.Context, o Options, p Program, log *slog.Logger) (status int, err error) {
	o.Headless, o.AcceptMulticlient, o.APIVersion = false, false, 2
	listener, conn := service.ListenerPipe()
	defer listener.Close()
	server, err := o.start(p, listener, proc.OutputRedirect{}, nil)
	if err != nil {
		return 1, err
	}
	delve := rpc2.NewClientFromConn(conn)
	client := newStitchClient(delve, nil, log)
	end := func() error {
		if !p.Attach.is() {
			return stop(server)
		}
		return bounded(func() error { return client.Detach(false) })
	}
	defer func() { err = errors.Join(err, end()) }()

	interrupt, ended := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(interrupt, syscall.SIGINT)
	defer close(ended)
	go func() {
		select {
		case <-interrupt:
		case <-ctx.Done():
		case <-ended:
			return
		}
		for running := true; ; {
			if running {
				_, _ = client.Halt() // of what has ended there is nothing to halt
			}
			select {
			case <-ended:
				return
			case <-time.After(again):
			}
			state, err := client.GetStateNonBlocking()
			running = err == nil && state.Running
		}
	}()
	if err := tr.set(delve); err != nil {
		return 1, err
	}
	term := terminal.New(client, &config.Config{TraceShowTimestamp: tr.Timestamp}, false)
	defer term.Close()
	term.SetTraceNonInteractive()
	term.TraceVerbosity = tr.Verbosity
	if _, err := redirect(term, os.Stderr); err != nil {
		log.Info("separators are not set off in a pager", "why", err)
	}
	err = terminal.DebugCommands(client).Call("continue", term)
	switch {
	case ctx.Err() != nil:
		return 1, context.Cause(ctx)
	case err == nil:
		return 0, nil
	}
	fmt.Fprintln(os.Stderr, err) // dlv's words, and its status
	if strings.Contains(err.Error(), "exited") {
		return 0, nil
	}
	return 1, nil
}

// set sets tracepoints at the beginning and the end of each function.
func (tr Trace) set(client *rpc2.RPCClient) error {
	names, err := client.ListFunctions(tr.Functions, 0)
	if err != nil {
		return err
	}
	load := traceLoad(tr.Verbosity)
	some := false
	create := func(name string, bp api.Breakpoint) {
		bp.Line, bp.Stacktrace, bp.LoadArgs, bp.RootFuncName = -1, tr.Stack, &load, tr.Functions
		if _, err := client.CreateBreakpoint(&bp); err != nil && !strings.Contains(err.Error(), "Breakpoint exists") {
			fmt.Fprintf(os.Stderr, "unable to set tracepoint on function %s: %v\n", name, err)
			return
		}
		some = true
	}
	for _, name := range names {
		create(name, api.Breakpoint{FunctionName: name, Tracepoint: true})
		addrs, err := client.FunctionReturnLocations(name)
		if err != nil {
			fmt.Fprintf(os.Stderr, "unable to set tracepoint on function %s: %v\n", name, err)
			continue
		}
		for _, addr := range addrs {
			create(name, api.Breakpoint{Addr: addr, TraceReturn: true})
		}
	}
	if !some {
		return errors.New("no breakpoints set")
	}
	return nil
}

// traceLoad is how much of parameters dlv trace shows at a verbosity.
func traceLoad(verbosity int) api.LoadConfig {
	switch verbosity {
	case 0:
		return api.LoadConfig{MaxStringLen: 64, MaxStructFields: 3}
	case 1:
		return api.LoadConfig{MaxStringLen: 32}
	case 2:
		return api.LoadConfig{MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 5, MaxStructFields: 3}
	case 3:
		return api.LoadConfig{MaxVariableRecurse: 2, MaxStringLen: 128, MaxArrayValues: 10, MaxStructFields: 10}
	case 4:
		return api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 3, MaxStringLen: 256, MaxArrayValues: 100, MaxStructFields: -1}
	}
	return api.LoadConfig{}
}

package delve

import (
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/go-delve/delve/pkg/terminal"
	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// stitchClient is a Delve client whose stacks go on, below a goroutine's own
// frames, with the frames of its spawners. The added frames continue the
// numbering of the own ones; what asks for the variables of one gets those of
// the spawner's call where that has not returned, else an error.
//
// It is used by one terminal: calls come one at a time, but for those that
// Delve's clients may always make besides (Halt, GetStateNonBlocking).
type stitchClient struct {
	service.Client
	log       *slog.Logger
	term      *terminal.Term // whose client it is; nil: of none
	listing   atomic.Bool    // a command reads many goroutines, and ^C ends it
	newChains func() chains  // of the selected process

	running running // see run

	// As the terminal has set them.
	events       func(*api.Event)
	returnValues *api.LoadConfig

	mu     sync.Mutex
	pid    int     // the process that chains and stacks are of
	places []place // of its threads, when they were read last
	chains chains
	stacks map[int64]*addedFrames // by goroutine; of this stop
	logged bool
}

// newStitchClient returns the client of a program that look, which may be nil,
// looks into (see [terminalSession]).
func newStitchClient(c service.Client, look func() (goruntime.Session, error), log *slog.Logger) *stitchClient {
	s := &stitchClient{Client: c, log: log, newChains: func() chains { return newReader(c, look, log) }}
	s.startAnew()
	return s
}

// startAnew forgets all that was read. c.mu is held.
func (c *stitchClient) startAnew() {
	c.chains, c.stacks = c.newChains(), map[int64]*addedFrames{}
}

// Halt does nothing where the user means a listing: the program stands still, and
// is not to stop again when it goes on. At a tracepoint the program stays.
func (c *stitchClient) Halt() (*api.DebuggerState, error) {
	if c.listing.Load() || c.running.halt() {
		return c.Client.GetStateNonBlocking()
	}
	return c.Client.Halt()
}

// resumes must be called before everything that lets the target run.
func (c *stitchClient) resumes() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget()
}

// forget drops what was read of a stop. c.mu is held.
func (c *stitchClient) forget() {
	c.chains.Reset()
	clear(c.stacks)
}

// restarts must be called after everything that may have made a new process.
func (c *stitchClient) restarts() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.startAnew()
}

func (c *stitchClient) Restart(rebuild bool) ([]api.DiscardedBreakpoint, error) {
	defer c.restarts()
	return c.Client.Restart(rebuild)
}

func (c *stitchClient) RestartFrom(rerecord bool, pos string, resetArgs bool, newArgs []string, newRedirects [3]string, rebuild bool) ([]api.DiscardedBreakpoint, error) {
	defer c.restarts()
	return c.Client.RestartFrom(rerecord, pos, resetArgs, newArgs, newRedirects, rebuild)
}

func (c *stitchClient) Continue() <-chan *api.DebuggerState {
	return c.run(api.Continue)
}

func (c *stitchClient) Rewind() <-chan *api.DebuggerState {
	return c.run(api.Rewind)
}

func (c *stitchClient) DirectionCongruentContinue() <-chan *api.DebuggerState {
	return c.run(api.DirectionCongruentContinue)
}

func (c *stitchClient) Next() (*api.DebuggerState, error) {
	c.resumes()
	return c.stopped(c.Client.Next())
}

func (c *stitchClient) ReverseNext() (*api.DebuggerState, error) {
	c.resumes()
	return c.stopped(c.Client.ReverseNext())
}

func (c *stitchClient) Step() (*api.DebuggerState, error) {
	c.resumes()
	return c.stopped(c.Client.Step())
}

func (c *stitchClient) ReverseStep() (*api.DebuggerState, error) {
	c.resumes()
	return c.stopped(c.Client.ReverseStep())
}

func (c *stitchClient) StepOut() (*api.DebuggerState, error) {
	c.resumes()
	return c.stopped(c.Client.StepOut())
}

func (c *stitchClient) ReverseStepOut() (*api.DebuggerState, error) {
	c.resumes()
	return c.stopped(c.Client.ReverseStepOut())
}

func (c *stitchClient) Call(goid int64, expr string, unsafe bool) (*api.DebuggerState, error) {
	c.resumes()
	return c.stopped(c.Client.Call(goid, expr, unsafe))
}

func (c *stitchClient) StepInstruction(skipCalls bool) (*api.DebuggerState, error) {
	c.resumes()
	return c.stopped(c.Client.StepInstruction(skipCalls))
}

func (c *stitchClient) ReverseStepInstruction(skipCalls bool) (*api.DebuggerState, error) {
	c.resumes()
	return c.stopped(c.Client.ReverseStepInstruction(skipCalls))
}

func (c *stitchClient) SetExecutionPoint(addr uint64) (*api.DebuggerState, error) {
	c.resumes()
	return c.Client.SetExecutionPoint(addr)
}

// CallAPI serves Starlark scripts: they see the frames that the terminal
// shows.
func (c *stitchClient) CallAPI(method string, args, reply any) error {
	var err error
	switch in := args.(type) {
	case *rpc2.StacktraceIn:
		out, ok := reply.(*rpc2.StacktraceOut)
		if !ok {
			break
		}
		opts := in.Opts
		if in.Defers {
			opts |= api.StacktraceReadDefers
		}
		cfg := in.Cfg
		if cfg == nil && in.Full {
			cfg = &fullLoad
		}
		out.Locations, err = c.Stacktrace(in.Id, in.Depth, in.Skip, opts, cfg)
		return err
	case *rpc2.RestartIn:
		defer c.restarts()
	case *api.DebuggerCommand:
		c.resumes()
	case *rpc2.EvalIn:
		in.Scope, err = c.scope(in.Scope)
	case *rpc2.SetIn:
		in.Scope, err = c.scope(in.Scope)
	case *rpc2.ListLocalVarsIn:
		in.Scope, err = c.scope(in.Scope)
	case *rpc2.ListFunctionArgsIn:
		in.Scope, err = c.scope(in.Scope)
	case *rpc2.CreateWatchpointIn:
		in.Scope, err = c.scope(in.Scope)
	case *rpc2.DisassembleIn:
		in.Scope, err = c.scope(in.Scope)
	case *rpc2.FindLocationIn:
		in.Scope, err = c.scope(in.Scope)
	case *rpc2.ListRegistersIn:
		if in.Scope != nil {
			*in.Scope, err = c.scope(*in.Scope)
		}
	}
	if err != nil {
		return err
	}
	return c.Client.CallAPI(method, args, reply)
}

// fullLoad is what Delve loads where an API call asks for all variables.
var fullLoad = api.LoadConfig{
	FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1,
}

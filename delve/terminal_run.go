package delve

import (
	"fmt"
	"sync"

	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// run lets the program go on until it stops for the user, and returns what it
// stopped at: tracepoints first, at which it goes on by itself. That is what
// Delve's own client does; but here the stacks that the server has taken are
// completed before the program goes on.
func (c *stitchClient) run(command string) <-chan *api.DebuggerState {
	ch := make(chan *api.DebuggerState)
	c.running.begin()
	go func() {
		defer close(ch)
		for c.running.goOn() {
			c.resumes()
			state := c.command(command)
			c.running.stop()
			c.completeStacks(state)
			ch <- state
			if state.Err != nil || state.Exited || !traced(state) {
				c.running.end()
			}
		}
	}()
	return ch
}

// running is whether a program runs that goes on by itself at tracepoints. Delve
// forgets a halt that comes while it stands at one, but for the signal, which
// would kill a process that is let go.
type running struct {
	mu     sync.Mutex
	paused bool // it has stopped, and whether it goes on is not decided yet
	ended  bool // it is not to go on
}

// begin is called before a program is let run.
func (r *running) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = false
}

// goOn tells whether the program is to go on.
func (r *running) goOn() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paused = false
	return !r.ended
}

// stop is called when the program has stopped, and end when it is not to go on.
func (r *running) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paused = true
}

func (r *running) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
}

// halt has the program not go on, and tells whether that is all that it needs.
func (r *running) halt() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	return r.paused
}

func (c *stitchClient) command(name string) *api.DebuggerState {
	var out rpc2.CommandOut
	drained := c.drainEvents()
	err := c.Client.CallAPI("Command", &api.DebuggerCommand{
		Name: name, ReturnInfoLoadConfig: c.returnValues, WithEvents: c.events != nil,
	}, &out)
	<-drained
	state := &out.State
	if err != nil {
		state.Err = err
	}
	if state.Exited {
		// An error does not come through JSON.
		//lint:ignore ST1005 it is what users of Delve know
		state.Err = fmt.Errorf("Process %d has exited with status %d", c.Client.ProcessPid(), state.ExitStatus)
	}
	return state
}

// traced tells whether the program stopped at nothing but tracepoints.
func traced(state *api.DebuggerState) bool {
	some := false
	for _, th := range state.Threads {
		if bp := th.Breakpoint; bp != nil {
			some = true
			if !bp.Tracepoint && !bp.TraceReturn {
				return false
			}
		}
	}
	return some
}

// drainEvents passes on what the server tells while the program runs; the channel
// is closed when the server has no more to tell.
func (c *stitchClient) drainEvents() <-chan struct{} {
	done := make(chan struct{})
	events := c.events
	if events == nil {
		close(done)
		return done
	}
	go func() {
		defer close(done)
		for {
			var out rpc2.GetEventsOut
			if c.Client.CallAPI("GetEvents", &rpc2.GetEventsIn{}, &out) != nil {
				return
			}
			for i := range out.Events {
				events(&out.Events[i])
				if kind := out.Events[i].Kind; kind == api.EventStopped || kind == api.EventDownloadLibraryInfoDone {
					return
				}
			}
		}
	}()
	return done
}

// SetEventsFn is called by the terminal before all else.
func (c *stitchClient) SetEventsFn(f func(*api.Event)) {
	c.events = f
	c.Client.SetEventsFn(f)
}

func (c *stitchClient) SetReturnValuesLoadConfig(cfg *api.LoadConfig) {
	c.returnValues = cfg
	c.Client.SetReturnValuesLoadConfig(cfg)
}

// stopped is for what answers with the state of the program at its next stop.
func (c *stitchClient) stopped(state *api.DebuggerState, err error) (*api.DebuggerState, error) {
	if err == nil {
		c.completeStacks(state)
	}
	return state, err
}

// completeStacks adds the frames of spawners to the stacks that the server took
// at breakpoints which ask for one.
func (c *stitchClient) completeStacks(state *api.DebuggerState) {
	if state == nil || state.Err != nil || state.Exited {
		return
	}
	for _, th := range append([]*api.Thread{state.CurrentThread}, state.Threads...) {
		if !wantsStack(th) || !c.ofSelected(th, state.CurrentThread) {
			continue
		}
		// One that ends here may end in frames that give way to added ones.
		if frames, err := c.Stacktrace(th.GoroutineID, th.Breakpoint.Stacktrace, 0, 0, nil); err == nil {
			th.BreakpointInfo.Stacktrace = frames
		}
	}
}

// ofSelected tells whether a thread is known to be of the process that is
// selected, as the current one is: with follow-exec there may be several.
func (c *stitchClient) ofSelected(th, current *api.Thread) bool {
	if current != nil && th.ID == current.ID {
		return true
	}
	targets, err := c.Client.ListTargets()
	return err != nil || len(targets) == 1 // an old Delve knows of one
}

// wantsStack tells whether a thread is at a breakpoint whose stack is shown. With
// --follow-calls the depth of calls is counted by it.
func wantsStack(th *api.Thread) bool {
	return th != nil && th.GoroutineID > 0 && th.Breakpoint != nil && th.Breakpoint.TraceFollowCalls <= 0 &&
		th.BreakpointInfo != nil && len(th.BreakpointInfo.Stacktrace) > 0
}

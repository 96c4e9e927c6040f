package delve

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/service/api"
)

// scope translates a scope by the frame numbers of stitched stacks into one
// of Delve's: for an added frame, the spawner's own call where that is known
// to stand still.
func (c *stitchClient) scope(s api.EvalScope) (api.EvalScope, error) {
	at, err := c.addedAt(s)
	if err != nil || at == nil {
		return s, err
	}
	switch {
	case c.live(at, nil) == nil:
		return s, fmt.Errorf("frame %d is %s", s.Frame, at.gone())
	case s.DeferredCall > 0:
		return s, fmt.Errorf("frame %d is of goroutine %d: its deferred calls are not known", s.Frame, at.segment.Goroutine)
	}
	s.GoroutineID, s.Frame = at.segment.Goroutine, at.frame.Live
	return s, nil
}

// live returns Delve's frame of the spawner's call that an added frame is, with
// its variables if cfg is not nil; nil where the call is not known to stand
// still. Delve may count the frames of an optimised program otherwise than the
// tables that Live was read from: another function's frame is never it.
func (c *stitchClient) live(f *addedFrame, cfg *api.LoadConfig) *api.Stackframe {
	at := f.frame.Live
	if at < 0 {
		return nil
	}
	frames, err := c.Client.Stacktrace(f.segment.Goroutine, at, at, 0, cfg)
	if err != nil || len(frames) != 1 || !stitch.SameFunc(frames[0].Function.Name(), f.frame.Func) {
		return nil
	}
	return &frames[0]
}

// gone says why the variables of a frame whose call is not live are not to be
// had. Of a spawner that lives it is not known whether the call has returned:
// its stack may have been too deep to be kept whole.
func (f *addedFrame) gone() string {
	id := f.segment.Goroutine
	switch {
	case id == 0:
		return "a recorded frame of a goroutine whose number was not kept: only its position is known"
	case f.segment.State == nil:
		return fmt.Sprintf("a recorded frame of goroutine %d, which has exited: its variables are gone", id)
	}
	return fmt.Sprintf("a recorded frame of goroutine %d: that call may have returned; only its position is known", id)
}

// addedAt returns the added frame that a scope is of, or nil where it is of an
// own one.
func (c *stitchClient) addedAt(s api.EvalScope) (*addedFrame, error) {
	if s.Frame <= 0 {
		return nil, nil // frame 0 is always an own one
	}
	own, err := c.Client.Stacktrace(s.GoroutineID, s.Frame+entryFrames, 0, 0, nil)
	if err != nil || !whole(own) {
		return nil, nil // an own frame, or Delve's own error
	}
	added := c.added(s.GoroutineID, own)
	if added == nil || s.Frame < added.own {
		return nil, nil
	}
	if i := s.Frame - added.own; i < len(added.frames) {
		return &added.frames[i], nil
	}
	return nil, fmt.Errorf("frame %d does not exist: the stack ends with frame %d", s.Frame, added.own+len(added.frames)-1)
}

func (c *stitchClient) EvalVariable(s api.EvalScope, expr string, cfg api.LoadConfig) (*api.Variable, error) {
	s, err := c.scope(s)
	if err != nil {
		return nil, err
	}
	return c.Client.EvalVariable(s, expr, cfg)
}

func (c *stitchClient) SetVariable(s api.EvalScope, symbol, value string) error {
	s, err := c.scope(s)
	if err != nil {
		return err
	}
	return c.Client.SetVariable(s, symbol, value)
}

func (c *stitchClient) ListLocalVariables(s api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error) {
	s, err := c.scope(s)
	if err != nil {
		return nil, err
	}
	return c.Client.ListLocalVariables(s, cfg)
}

func (c *stitchClient) ListFunctionArgs(s api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error) {
	s, err := c.scope(s)
	if err != nil {
		return nil, err
	}
	return c.Client.ListFunctionArgs(s, cfg)
}

func (c *stitchClient) ListScopeRegisters(s api.EvalScope, includeFp bool) (api.Registers, error) {
	s, err := c.scope(s)
	if err != nil {
		return nil, err
	}
	return c.Client.ListScopeRegisters(s, includeFp)
}

func (c *stitchClient) CreateWatchpoint(s api.EvalScope, expr string, kind api.WatchType) (*api.Breakpoint, error) {
	s, err := c.scope(s)
	if err != nil {
		return nil, err
	}
	return c.Client.CreateWatchpoint(s, expr, kind)
}

func (c *stitchClient) ListGoroutinesWithFilter(start, count int, filters []api.ListGoroutinesFilter, group *api.GoroutineGroupingOptions, s *api.EvalScope) ([]*api.Goroutine, []api.GoroutineGroup, int, bool, error) {
	if s != nil {
		// Delve reads only the package of the current frame from it.
		own, err := c.scope(*s)
		if err != nil {
			own = api.EvalScope{GoroutineID: s.GoroutineID}
		}
		s = &own
	}
	return c.Client.ListGoroutinesWithFilter(start, count, filters, group, s)
}

// FindLocation finds locations by name and place anywhere, and those that are
// relative to an added frame by its recorded position.
func (c *stitchClient) FindLocation(s api.EvalScope, loc string, findInstruction bool, rules [][2]string) ([]api.Location, string, error) {
	at, err := c.addedAt(s)
	if err != nil {
		return nil, "", err
	}
	if at != nil {
		if loc == "+0" && at.frame.PC != 0 { // how the disassemble command asks
			return []api.Location{at.location()}, "", nil
		}
		if line, err := strconv.Atoi(loc); err == nil {
			if strings.HasPrefix(loc, "+") || strings.HasPrefix(loc, "-") {
				line += at.frame.Line
			}
			loc = fmt.Sprintf("%s:%d", at.frame.File, line)
		}
		s.Frame = 0
	}
	return c.Client.FindLocation(s, loc, findInstruction, rules)
}

func (c *stitchClient) DisassembleRange(s api.EvalScope, start, end uint64, flavour api.AssemblyFlavour) (api.AsmInstructions, error) {
	return c.Client.DisassembleRange(c.codeScope(s), start, end, flavour)
}

func (c *stitchClient) DisassemblePC(s api.EvalScope, pc uint64, flavour api.AssemblyFlavour) (api.AsmInstructions, error) {
	return c.Client.DisassemblePC(c.codeScope(s), pc, flavour)
}

// codeScope is the scope for looking at code, where it only serves to mark the
// current instruction.
func (c *stitchClient) codeScope(s api.EvalScope) api.EvalScope {
	own, err := c.scope(s)
	if err != nil {
		return api.EvalScope{GoroutineID: s.GoroutineID}
	}
	return own
}

package delve

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/service/api"
)

// addedFrames is what follows the own frames of one goroutine.
type addedFrames struct {
	own    int // how many of the own frames are shown: the added ones go on with this number
	frames []addedFrame
	below  []string // notes on what is missing at the end
}

// An addedFrame is one frame of a spawner.
type addedFrame struct {
	frame   stitch.Frame
	segment stitch.Segment // without its frames
	above   []string       // lines above the frame: notes on what is missing, the separator
}

func (f *addedFrame) location() api.Location {
	return api.Location{
		PC: f.frame.PC, File: f.frame.File, Line: f.frame.Line,
		Function: &api.Function{Name_: f.frame.Func},
	}
}

// Stacktrace returns the own frames of a goroutine and, where those are
// complete, the frames of its spawners: at most depth+1 in all. The lines
// between them (see mark) follow the name of the function that they stand
// above or below of.
//
// The unwinding modes that are for looking at Delve's own work, simple and
// fromg, give Delve's stack.
func (c *stitchClient) Stacktrace(goid int64, depth, skip int, opts api.StacktraceOptions, cfg *api.LoadConfig) ([]api.Stackframe, error) {
	if opts&(api.StacktraceSimple|api.StacktraceG) != 0 || depth < 0 {
		return c.Client.Stacktrace(goid, depth, skip, opts, cfg)
	}
	frames, err := c.Client.Stacktrace(goid, depth+entryFrames, 0, opts, cfg)
	if err != nil {
		return nil, err
	}
	if whole(frames) {
		if added := c.added(goid, frames); added != nil {
			frames = c.appendTo(frames, added, cfg)
		}
	}
	if len(frames) > depth+1 {
		frames = frames[:depth+1]
		frames[depth].Bottom = false // Delve's terminal says "(truncated)"
	}
	return frames[min(max(skip, 0), len(frames)):], nil
}

// entryFrames is how many frames at the bottom of an own stack may give way to
// added ones (see stitch.OwnLen): so much further must be read to know whether
// a frame is one of them.
const entryFrames = 2

// whole tells whether Delve's frames reach the bottom of the stack.
func whole(own []api.Stackframe) bool {
	return len(own) > 0 && own[len(own)-1].Bottom && own[len(own)-1].Err == ""
}

func (c *stitchClient) appendTo(own []api.Stackframe, added *addedFrames, cfg *api.LoadConfig) []api.Stackframe {
	shown := min(added.own, len(own)) // where nothing told that the program has run meanwhile
	all := own[:shown:shown]
	for i := range added.frames {
		f := &added.frames[i]
		out := api.Stackframe{Location: f.location()}
		if cfg != nil {
			if live := c.live(f, cfg); live != nil {
				out.Arguments, out.Locals = live.Arguments, live.Locals
			}
		}
		out.Function.Name_ = annotate(out.Function.Name_, f.above)
		all = append(all, out)
	}
	last := &all[len(all)-1]
	last.Bottom = true
	if len(added.below) > 0 {
		fn := api.Function{Name_: last.Function.Name()}
		if last.Function != nil {
			fn = *last.Function
		}
		fn.Name_ = annotate(fn.Name_, added.below)
		last.Function = &fn
	}
	return all
}

// added returns what follows the whole own stack of a goroutine; nil where
// that is nothing, or cannot be read.
func (c *stitchClient) added(goid int64, own []api.Stackframe) *addedFrames {
	goid, err := c.goroutine(goid)
	if err != nil || goid == 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if added, ok := c.stacks[goid]; ok {
		return added
	}
	chain, err := c.chains.Chain(goid, 0)
	if err != nil {
		c.failed(err)
		c.stacks[goid] = nil
		return nil
	}
	frames := make([]stitch.Frame, 0, len(own))
	for _, f := range own {
		frames = append(frames, frameOf(f.Location))
	}
	added := addedFramesOf(stitch.Stitch(stitch.Segment{Goroutine: goid, Frames: frames}, chain))
	c.stacks[goid] = added
	return added
}

// failed tells, once, why a chain is not shown. c.mu is held.
func (c *stitchClient) failed(err error) {
	if !c.logged {
		c.logged = true
		c.log.Warn("stacks are shown without their spawners", "why", err)
	}
}

func addedFramesOf(s stitch.Stack) *addedFrames {
	added := &addedFrames{own: len(s.Segments[0].Frames), below: s.Segments[0].Notes()}
	for _, seg := range s.Segments[1:] {
		above := append(added.below, seg.Separator())
		frames := seg.Frames
		if len(frames) == 0 { // its separator needs one to stand above
			frames = []stitch.Frame{{Func: "(not recorded)", Live: -1}}
		}
		for _, f := range frames {
			a := addedFrame{frame: f, segment: seg, above: above}
			a.segment.Frames = nil
			added.frames = append(added.frames, a)
			above = nil
		}
		added.below = seg.Notes()
	}
	if len(added.frames) == 0 && len(added.below) == 0 {
		return nil
	}
	return added
}

// goroutine returns the number of a goroutine of the selected process, which
// Delve's clients may also call the selected one; 0 where a thread without a
// goroutine is selected.
//
// With follow-exec there are several processes, any of which may come to be the
// selected one at a stop or by the target command: what was read of another is
// forgotten. So is what was read before another client of the server let the target
// run, which is told by its threads.
func (c *stitchClient) goroutine(goid int64) (int64, error) {
	state, err := c.Client.GetState()
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	at := placesOf(state)
	switch {
	case state.Pid != c.pid:
		c.startAnew()
	case !slices.Equal(at, c.places):
		c.forget()
	}
	c.pid, c.places = state.Pid, at
	c.mu.Unlock()
	if goid > 0 {
		return goid, nil
	}
	if state.SelectedGoroutine == nil {
		return 0, nil
	}
	return state.SelectedGoroutine.ID, nil
}

// A place is where a thread stands.
type place struct {
	thread    int
	goroutine int64
	pc        uint64
}

func placesOf(state *api.DebuggerState) []place {
	places := make([]place, 0, len(state.Threads))
	for _, th := range state.Threads {
		places = append(places, place{th.ID, th.GoroutineID, th.PC})
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.thread, b.thread) })
	return places
}

// logical returns the logical stack of a goroutine, or of the selected one
// (-1): own frames, states, and the chain. Where the chain cannot be read the
// stack says so.
func (c *stitchClient) logical(goid int64) (stitch.Stack, error) {
	goid, err := c.goroutine(goid)
	if err != nil {
		return stitch.Stack{}, err
	}
	if goid == 0 {
		return stitch.Stack{}, errors.New("no goroutine is selected")
	}
	raw, err := c.Client.Stacktrace(goid, maxOwn, 0, 0, nil)
	if err != nil {
		return stitch.Stack{}, err
	}
	own := stitch.Segment{Goroutine: goid, FramesCut: !whole(raw)}
	for _, f := range raw {
		own.Frames = append(own.Frames, frameOf(f.Location))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if state, err := c.chains.State(goid); err == nil {
		own.State = &state
	}
	chain, err := c.chains.Chain(goid, 0)
	if err != nil {
		c.failed(err)
		chain = stitch.Chain{Cut: stitch.CutUnreadable}
	}
	return stitch.Stitch(own, chain), nil
}

// maxOwn bounds the own frames of a logical stack.
const maxOwn = 10000

// mark sets off, in the name of a function, the lines that belong above its
// frame and, those that begin with dots, below it. It can stand in no name.
// Where the output cannot be rewritten (a transcript), it is read as it is.
const mark = "  ── "

func annotate(name string, lines []string) string {
	if len(lines) == 0 {
		return name
	}
	return name + mark + strings.Join(lines, mark)
}

package delve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// fakeDelve answers as a server at whose stop the selected goroutine 9 stands
// in main.worker, called by nothing but its go statement's wrapper.
type fakeDelve struct {
	service.Client // nil: what is not below is not called
	pid            int
	threads        []*api.Thread
	own            []api.Stackframe
	halts          int
	scopes         []api.EvalScope
	locations      []string
}

func newFakeDelve() *fakeDelve {
	own := []api.Stackframe{
		frame(0x10, "main.helper", 10), frame(0x11, "main.worker", 11),
		frame(0x12, "main.start.gowrap1", 12), frame(0x13, "runtime.goexit", 13),
	}
	own[3].Bottom = true
	return &fakeDelve{pid: 100, own: own}
}

func (f *fakeDelve) GetState() (*api.DebuggerState, error) {
	return &api.DebuggerState{Pid: f.pid, Threads: f.threads, SelectedGoroutine: &api.Goroutine{ID: 9}}, nil
}

func (f *fakeDelve) Stacktrace(goid int64, depth, skip int, opts api.StacktraceOptions, cfg *api.LoadConfig) ([]api.Stackframe, error) {
	frames := slices.Clone(f.own)
	if goid == 1 { // the spawner of goroutine 7
		frames = []api.Stackframe{frame(0x20, "runtime.gopark", 1), frame(0x21, "main.main", 42)}
		frames[1].Bottom = true
	} else if goid != 9 && goid != selected {
		return nil, fmt.Errorf("unknown goroutine %d", goid)
	}
	frames = frames[:min(len(frames), depth+1)]
	frames = frames[min(skip, len(frames)):]
	if cfg != nil {
		for i := range frames {
			frames[i].Locals = []api.Variable{{Name: fmt.Sprintf("of%d", goid)}}
		}
	}
	return frames, nil
}

func (f *fakeDelve) EvalVariable(s api.EvalScope, expr string, cfg api.LoadConfig) (*api.Variable, error) {
	f.scopes = append(f.scopes, s)
	return &api.Variable{Name: expr}, nil
}

func (f *fakeDelve) CallAPI(method string, args, reply any) error {
	if in, ok := args.(*rpc2.EvalIn); ok {
		f.scopes = append(f.scopes, in.Scope)
	}
	return nil
}

func (f *fakeDelve) FindLocation(s api.EvalScope, loc string, findInstruction bool, rules [][2]string) ([]api.Location, string, error) {
	f.scopes, f.locations = append(f.scopes, s), append(f.locations, loc)
	return nil, "", nil
}

func (f *fakeDelve) Restart(bool) ([]api.DiscardedBreakpoint, error) { return nil, nil }

func (f *fakeDelve) GetStateNonBlocking() (*api.DebuggerState, error) { return f.GetState() }

func (f *fakeDelve) Halt() (*api.DebuggerState, error) {
	f.halts++
	return f.GetState()
}

func (f *fakeDelve) Next() (*api.DebuggerState, error) { return nil, nil }

// fakeChains knows the chain of goroutine 9: started by 7, which has exited,
// started by 1, which still stands in main.main.
type fakeChains struct {
	during func(ctx context.Context) error // of a list
	err    error
	cut    stitch.Cut
	live   int // of main.main
	made   int // how many readers the client had
	asked  int
	resets int
}

func (f *fakeChains) Chain(goid int64, limit int) (stitch.Chain, error) {
	f.asked++
	if f.err != nil {
		return stitch.Chain{}, f.err
	}
	rec := func(name string, line, live int) stitch.Frame {
		return stitch.Frame{Func: name, File: "main.go", Line: line, PC: uint64(0x100 + line), Live: live}
	}
	return stitch.Chain{Links: []stitch.Link{
		{Spawner: 7, Provenance: stitch.Label, Frames: []stitch.Frame{rec("main.start", 20, -1), rec("main.first", 21, -1)}},
		{
			Spawner: 1, Provenance: stitch.Label, Cut: f.cut,
			State:  &stitch.State{Status: "waiting", Wait: "select"},
			Frames: []stitch.Frame{rec("main.setup", 30, -1), rec("main.main", 31, f.live)},
		},
	}}, nil
}

func (f *fakeChains) State(int64) (stitch.State, error) { return stitch.State{Status: "running"}, nil }

func (f *fakeChains) Goroutines(ctx context.Context) ([]stitch.Goroutine, error) {
	if f.during != nil {
		return nil, f.during(ctx)
	}
	return nil, f.err
}

func (f *fakeChains) Labels(context.Context) (stitch.Labels, error) { return stitch.Labels{}, f.err }

func (f *fakeChains) Reset() { f.resets++ }

func newTestClient(t *testing.T) (*stitchClient, *fakeDelve, *fakeChains, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	delve, fake := newFakeDelve(), &fakeChains{live: 1}
	c := newStitchClient(delve, nil, slog.New(slog.NewTextHandler(&log, nil)))
	c.newChains = func() chains {
		fake.made++
		return fake
	}
	return c, delve, fake, &log
}

func names(frames []api.Stackframe) (names []string) {
	for _, f := range frames {
		names = append(names, f.Function.Name())
	}
	return names
}

var stitchedNames = []string{
	"main.helper", "main.worker",
	"main.start  ── created by goroutine 7 (exited)", "main.first",
	"main.setup  ── created by goroutine 1, now [select]", "main.main",
}

func TestStacktrace(t *testing.T) {
	c, _, _, _ := newTestClient(t)
	// Whatever part is asked for, frame numbers are those of the whole.
	for depth := range 9 {
		for skip := range 9 {
			frames, err := c.Stacktrace(selected, depth, skip, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := stitchedNames[:min(depth+1, len(stitchedNames))]
			want = want[min(skip, len(want)):]
			if got := names(frames); !slices.Equal(got, want) {
				t.Errorf("depth %d skip %d: got %q, want %q", depth, skip, got, want)
			}
			if n := len(frames); n > 0 {
				if whole := depth+1 >= len(stitchedNames); frames[n-1].Bottom != whole {
					t.Errorf("depth %d: the last frame's Bottom is %v", depth, !whole)
				}
			}
		}
	}
}

func TestStacktraceModes(t *testing.T) {
	c, delve, _, _ := newTestClient(t)
	for _, opts := range []api.StacktraceOptions{api.StacktraceSimple, api.StacktraceG} {
		frames, err := c.Stacktrace(selected, 50, 0, opts, nil)
		if err != nil || len(frames) != len(delve.own) {
			t.Errorf("mode %d: got %q (%v), want Delve's", opts, names(frames), err)
		}
	}
}

func TestStacktraceVariables(t *testing.T) {
	c, _, _, _ := newTestClient(t)
	frames, err := c.Stacktrace(9, 50, 0, 0, &api.LoadConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range frames {
		name := "-"
		if len(f.Locals) > 0 {
			name = f.Locals[0].Name
		}
		got = append(got, name)
	}
	if want := []string{"of9", "of9", "-", "-", "-", "of1"}; !slices.Equal(got, want) {
		t.Errorf("locals are %q, want %q", got, want)
	}
}

func TestStacktraceCut(t *testing.T) {
	c, _, chains, _ := newTestClient(t)
	chains.cut = stitch.CutMemory
	frames, err := c.Stacktrace(9, 50, 0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := frames[5].Function.Name(), "main.main"+mark+stitch.CutMemory.Text(); got != want {
		t.Errorf("the last frame is %q, want %q", got, want)
	}
	if got := printed(t, "", api.StackTraceColors{}, frames); !strings.HasSuffix(got, "at main.go:31\n"+stitch.CutMemory.Text()+"\n") {
		t.Errorf("printed as\n%s", got)
	}
}

// Never worse than Delve: its own stack where the chain cannot be read.
func TestStacktraceWithoutChain(t *testing.T) {
	c, delve, chains, log := newTestClient(t)
	chains.err = errors.New("bad memory")
	for range 3 {
		frames, err := c.Stacktrace(9, 50, 0, 0, nil)
		if err != nil || !slices.Equal(names(frames), names(delve.own)) || !frames[3].Bottom {
			t.Errorf("got %q (%v), want Delve's", names(frames), err)
		}
		if _, err := c.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "bad memory"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, log)
	}
	if _, err := c.Stacktrace(1234, 50, 0, 0, nil); err == nil {
		t.Error("no error for a goroutine that is not there")
	}
}

func TestResume(t *testing.T) {
	c, _, chains, _ := newTestClient(t)
	for stop := 1; stop <= 2; stop++ {
		for range 3 {
			if _, err := c.Stacktrace(9, 50, 0, 0, nil); err != nil {
				t.Fatal(err)
			}
		}
		if chains.asked != stop {
			t.Errorf("stop %d: asked for the chain %d times", stop, chains.asked)
		}
		if _, err := c.Next(); err != nil {
			t.Fatal(err)
		}
		if chains.resets != stop {
			t.Errorf("reset %d times after %d resumes", chains.resets, stop)
		}
	}
}

// tracingDelve stops at a tracepoint whenever it is told to go on.
type tracingDelve struct {
	*fakeDelve
	at func(stop int) // called at each, before it is answered
	n  int
}

func (d *tracingDelve) CallAPI(method string, args, reply any) error {
	out, ok := reply.(*rpc2.CommandOut)
	if !ok {
		return d.fakeDelve.CallAPI(method, args, reply)
	}
	d.n++
	d.at(d.n)
	out.State.Threads = []*api.Thread{{ID: 1, Breakpoint: &api.Breakpoint{Tracepoint: true}}}
	return nil
}

// TestHaltAtTracepoint: a program that is halted stays at the tracepoint where it
// stands, or at the one that it comes to.
func TestHaltAtTracepoint(t *testing.T) {
	c, fake, _, _ := newTestClient(t)
	delve := &tracingDelve{fakeDelve: fake, at: func(int) {}}
	c.Client = delve
	halt := func() {
		if _, err := c.Halt(); err != nil {
			t.Error(err)
		}
	}
	stops := func(at func(stop int)) (n int) {
		for range c.Continue() {
			n++
			if at(n); n > 10 {
				t.Fatal("it goes on")
			}
		}
		return n
	}
	delve.at = func(stop int) {
		if stop == 2 {
			halt() // while it runs
		}
	}
	if n := stops(func(int) {}); n != 2 || fake.halts != 1 {
		t.Errorf("halted %d times, it has stopped %d times", fake.halts, n)
	}
	delve.n = 2
	if n := stops(func(stop int) {
		if stop == 2 {
			halt() // it stands still, or goes on once more
		}
	}); n > 3 {
		t.Errorf("it has stopped %d times", n)
	}
}

// Goroutine ids and addresses mean nothing in another process: with
// follow-exec, one may be selected at a stop, or by the target command.
// TestResumedByAnotherClient: of a server that takes many each may let the program run.
func TestResumedByAnotherClient(t *testing.T) {
	c, delve, chains, _ := newTestClient(t)
	stack := func(want ...string) {
		t.Helper()
		for range 2 {
			frames, err := c.Stacktrace(9, 50, 0, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := names(frames); !slices.Equal(got, append(want, stitchedNames[2:]...)) {
				t.Errorf("got %q, want %q and the spawners", got, want)
			}
		}
	}
	delve.threads = []*api.Thread{{ID: 1, PC: 0x10, GoroutineID: 9}, {ID: 2, PC: 0x99}}
	stack("main.helper", "main.worker")
	delve.threads = []*api.Thread{{ID: 2, PC: 0x99}, {ID: 1, PC: 0x10, GoroutineID: 9}}
	stack("main.helper", "main.worker")
	if chains.asked != 1 {
		t.Errorf("at one stop: asked for the chain %d times", chains.asked)
	}
	delve.threads = []*api.Thread{{ID: 1, PC: 0x11, GoroutineID: 9}, {ID: 2, PC: 0x99}}
	delve.own = delve.own[1:]
	stack("main.worker")
	if chains.asked != 2 || chains.resets != 1 {
		t.Errorf("at the next stop: asked for the chain %d times, reset %d times", chains.asked, chains.resets)
	}
	// Threads may stand where they stood.
	delve.own = delve.own[2:]
	if _, err := c.Stacktrace(9, 50, 0, 0, nil); err != nil {
		t.Fatal(err)
	}
}

func TestProcesses(t *testing.T) {
	c, delve, chains, _ := newTestClient(t)
	for i, pid := range []int{100, 101, 100} {
		delve.pid = pid
		for range 2 {
			if _, err := c.Stacktrace(9, 50, 0, 0, nil); err != nil {
				t.Fatal(err)
			}
		}
		if chains.made != i+1 || chains.asked != i+1 {
			t.Errorf("process %d: reader %d, asked %d times, want %d and %[4]d", pid, chains.made, chains.asked, i+1)
		}
	}
	delve.pid = 101
	if _, err := c.logical(9); err != nil || chains.made != 4 {
		t.Errorf("the logical stack is by reader %d, want 4 (%v)", chains.made, err)
	}
	if _, err := c.Restart(false); err != nil {
		t.Fatal(err)
	}
	if _, err := c.logical(9); err != nil || chains.made != 5 {
		t.Errorf("after a restart: the logical stack is by reader %d, want 5 (%v)", chains.made, err)
	}
}

func TestScope(t *testing.T) {
	for _, tt := range []struct {
		frame, deferred int
		want            api.EvalScope
		err             string
	}{
		{frame: 0, want: api.EvalScope{GoroutineID: 9}},
		{frame: 1, want: api.EvalScope{GoroutineID: 9, Frame: 1}},
		{frame: 1, deferred: 2, want: api.EvalScope{GoroutineID: 9, Frame: 1, DeferredCall: 2}},
		{frame: 2, err: "frame 2 is a recorded frame of goroutine 7, which has exited: its variables are gone"},
		{frame: 3, err: "frame 3 is a recorded frame of goroutine 7, which has exited: its variables are gone"},
		{frame: 4, err: "frame 4 is a recorded frame of goroutine 1: that call may have returned; only its position is known"},
		{frame: 5, want: api.EvalScope{GoroutineID: 1, Frame: 1}},
		{frame: 5, deferred: 1, err: "frame 5 is of goroutine 1: its deferred calls are not known"},
		{frame: 6, err: "frame 6 does not exist: the stack ends with frame 5"},
		{frame: -1, want: api.EvalScope{GoroutineID: 9, Frame: -1}}, // Delve's own error
	} {
		c, delve, _, _ := newTestClient(t)
		s := api.EvalScope{GoroutineID: 9, Frame: tt.frame, DeferredCall: tt.deferred}
		_, err := c.EvalVariable(s, "x", api.LoadConfig{})
		apiErr := c.CallAPI("Eval", &rpc2.EvalIn{Scope: s}, &rpc2.EvalOut{})
		if tt.err != "" {
			for _, err := range []error{err, apiErr} {
				if err == nil || !strings.HasPrefix(err.Error(), tt.err) {
					t.Errorf("frame %d: error %v, want %s", tt.frame, err, tt.err)
				}
			}
			if len(delve.scopes) > 0 {
				t.Errorf("frame %d: Delve was asked for %+v", tt.frame, delve.scopes)
			}
			continue
		}
		if err != nil || apiErr != nil || !slices.Equal(delve.scopes, []api.EvalScope{tt.want, tt.want}) {
			t.Errorf("frame %d: Delve was asked for %+v, want %+v (%v, %v)", tt.frame, delve.scopes, tt.want, err, apiErr)
		}
	}
}

// Delve and the reader may count frames differently: another function's
// variables are never shown.
func TestScopeOfAnotherFunction(t *testing.T) {
	c, delve, chains, _ := newTestClient(t)
	chains.live = 0 // runtime.gopark, by Delve's count
	if _, err := c.EvalVariable(api.EvalScope{GoroutineID: 9, Frame: 5}, "x", api.LoadConfig{}); err == nil || len(delve.scopes) > 0 ||
		err.Error() != "frame 5 is a recorded frame of goroutine 1: that call may have returned; only its position is known" {
		t.Errorf("error %v; Delve was asked for %+v", err, delve.scopes)
	}
	frames, err := c.Stacktrace(9, 50, 0, 0, &api.LoadConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if f := frames[5]; f.Function.Name() != "main.main" || len(f.Locals) > 0 {
		t.Errorf("%s has the locals %v", f.Function.Name(), f.Locals)
	}
}

func TestCallAPIStacktrace(t *testing.T) {
	c, _, _, _ := newTestClient(t)
	var out rpc2.StacktraceOut
	if err := c.CallAPI("Stacktrace", &rpc2.StacktraceIn{Id: 9, Depth: 50, Full: true}, &out); err != nil {
		t.Fatal(err)
	}
	if got := names(out.Locations); !slices.Equal(got, stitchedNames) {
		t.Errorf("got %q", got)
	}
	if len(out.Locations[5].Locals) != 1 {
		t.Error("the variables that were asked for are missing")
	}
}

func TestFindLocation(t *testing.T) {
	for _, tt := range []struct {
		frame     int
		loc, want string
	}{
		{1, "+2", "+2"},
		{3, "+2", "main.go:23"},
		{3, "-2", "main.go:19"},
		{3, "7", "main.go:7"},
		{3, "main.f", "main.f"},
		{3, "other.go:3", "other.go:3"},
	} {
		c, delve, _, _ := newTestClient(t)
		if _, _, err := c.FindLocation(api.EvalScope{GoroutineID: 9, Frame: tt.frame}, tt.loc, false, nil); err != nil {
			t.Fatal(err)
		}
		wantFrame := tt.frame
		if tt.frame > 1 {
			wantFrame = 0
		}
		if delve.locations[0] != tt.want || delve.scopes[0].Frame != wantFrame {
			t.Errorf("%s in frame %d: Delve was asked for %s in frame %d, want %s", tt.loc, tt.frame, delve.locations[0], delve.scopes[0].Frame, tt.want)
		}
	}
	c, _, _, _ := newTestClient(t)
	locs, _, err := c.FindLocation(api.EvalScope{GoroutineID: 9, Frame: 3}, "+0", true, nil)
	if err != nil || len(locs) != 1 || locs[0].PC != 0x100+21 {
		t.Errorf("the place of frame 3 itself is %+v (%v)", locs, err)
	}
}

func TestLogical(t *testing.T) {
	c, _, chains, log := newTestClient(t)
	s, err := c.logical(selected)
	if err != nil {
		t.Fatal(err)
	}
	if own := s.Segments[0]; own.Goroutine != 9 || own.State.Status != "running" || len(own.Frames) != 2 || len(s.Segments) != 3 {
		t.Errorf("got %+v", s)
	}
	chains.err = errors.New("bad memory")
	s, err = c.logical(9)
	if err != nil || len(s.Segments) != 1 || len(s.Segments[0].Frames) != 4 || s.Segments[0].Cut != stitch.CutUnreadable {
		t.Errorf("without a chain: got %+v (%v), want the own stack, and that the chain is unreadable", s, err)
	}
	if !strings.Contains(log.String(), "bad memory") {
		t.Error("nobody is told why")
	}
}

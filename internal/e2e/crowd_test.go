package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/google/go-dap"
)

// churn starts the program of that name with so many goroutines that are parked.
func churn(t *testing.T, goroutines int, attributes args) *dapClient {
	t.Helper()
	dir := filepath.Join(progsDir, "internal", "churn")
	c := startDAP(t)
	c.launch(t, &fixture.Program{Name: "churn", Dir: dir, Package: ".", Args: []string{strconv.Itoa(goroutines)}}, attributes)
	call[*dap.ConfigurationDoneResponse](t, c, "configurationDone", struct{}{})
	return c
}

// pauseAfter pauses the program once it has said that it has come to a lap after
// the one given: Delve forgets a pause that comes before the program runs.
func (c *dapClient) pauseAfter(t *testing.T, lap int) (thread int) {
	t.Helper()
	for output := ""; ; {
		output += event[*dap.OutputEvent](t, c).Body.Output
		lines := strings.Split(output, "\n")
		output = lines[len(lines)-1]
		for _, line := range lines[:len(lines)-1] {
			if text, ok := strings.CutPrefix(line, "lap "); ok {
				if n, err := strconv.Atoi(text); err == nil && n > lap {
					paused := c.start(t, "pause", dap.PauseArguments{ThreadId: 1})
					thread = event[*dap.StoppedEvent](t, c).Body.ThreadId
					wait(t, "the answer to pause", paused)
					return thread
				}
			}
		}
	}
}

func (c *dapClient) number(t *testing.T, variable string) int {
	t.Helper()
	text := call[*dap.EvaluateResponse](t, c, "evaluate", dap.EvaluateArguments{Expression: variable}).Body.Result
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s is %s", variable, text)
	}
	return n
}

// TestCrowd looks at more goroutines than there is room for.
func TestCrowd(t *testing.T) {
	const many = 3000
	c := churn(t, many, args{"goroutineFilters": "-wo curloc comeAndGo"})
	stopped := c.pauseAfter(t, 0)
	last, gone := c.number(t, "main.last"), c.number(t, "main.gone")

	check := func() {
		t.Helper()
		var parked, latest, selected bool
		threads := call[*dap.ThreadsResponse](t, c, "threads", nil).Body.Threads
		if len(threads) > 100 {
			t.Errorf("%d threads", len(threads))
		}
		for _, th := range threads {
			parked = parked || strings.Contains(th.Name, "main.park ×2,999 · chan receive")
			latest = latest || th.Id == last && strings.Contains(th.Name, fmt.Sprintf("[Go %d] main.latest · select (no cases)", last))
			selected = selected || th.Id == stopped
		}
		if !parked || !latest || stopped != 0 && !selected {
			t.Errorf("stopped at goroutine %d, the last is %d, the threads are %+v", stopped, last, threads)
		}
		frames := shownFrames(c.frames(t, last))
		if text := fmt.Sprint(frames); !strings.Contains(text, "main.latest") || !strings.Contains(text, "created by goroutine 1") {
			t.Errorf("the stack of the last one is %s", text)
		}
		for _, id := range []int{gone, 1 << 30} {
			m := wait(t, "the stack of one that is no more", c.start(t, "stackTrace", dap.StackTraceArguments{ThreadId: id}))
			want := fmt.Sprintf("Unable to produce stack trace: unknown goroutine %d", id)
			if e, ok := m.(*dap.ErrorResponse); !ok || e.Body.Error.Format != want {
				t.Errorf("the stack of goroutine %d, which is no more: %#v", id, m)
			}
		}
	}
	check()
	lap := c.number(t, "main.laps")
	call[*dap.ContinueResponse](t, c, "continue", dap.ContinueArguments{ThreadId: 1})
	stopped = c.pauseAfter(t, lap)
	check()

	// Whoever is in no thread of its own can be shown.
	one := view[viewedList](t, c, "dlvx/goroutines", args{"filter": "func:main.park", "start": 1500, "count": 1}).ids()[0]
	call[*dap.EvaluateResponse](t, c, "evaluate", dap.EvaluateArguments{Expression: fmt.Sprintf("dlvx goroutine %d", one), Context: "repl"})
	if e := event[*dap.StoppedEvent](t, c); int64(e.Body.ThreadId) != one {
		t.Errorf("goroutine %d is shown, not %d", e.Body.ThreadId, one)
	}
	if name := c.threadNames(t)[one]; !strings.HasPrefix(name, fmt.Sprintf("[Go %d] main.park · ", one)) {
		t.Errorf("its thread is called %q", name)
	}
}

// TestFilterBeforeTheCut: the only match is the last of all goroutines.
func TestFilterBeforeTheCut(t *testing.T) {
	c := churn(t, 3000, args{"goroutineFilters": "-with userloc main.latest", "maxGoroutines": 10, "groupGoroutines": false})
	stopped := c.pauseAfter(t, 0)
	last := int64(c.number(t, "main.last"))
	names := c.threadNames(t)
	delete(names, int64(stopped)) // which is always there
	if len(names) != 1 || !strings.Contains(names[last], "main.latest") {
		t.Errorf("the threads are %v, the only match is %d", names, last)
	}
}

// TestSoak pauses a program again and again: no event is lost, no id of an
// earlier stop is taken for one of this, and memory does not grow. DLVX_SOAK says
// how often it is paused; memory is looked at from 200 on.
func TestSoak(t *testing.T) {
	cycles := 40
	if text := os.Getenv("DLVX_SOAK"); text != "" {
		var err error
		if cycles, err = strconv.Atoi(text); err != nil {
			t.Fatalf("DLVX_SOAK: %v", err)
		}
	}
	c := churn(t, 2000, nil)
	thread, lap, early := c.pauseAfter(t, 0), 0, 0
	last := c.number(t, "main.last")
	var old []int // added frames of the stop before
	for cycle := range cycles {
		if names := c.threadNames(t); thread != 0 && names[int64(thread)] == "" {
			t.Fatalf("cycle %d stopped at goroutine %d, which is no thread: %v", cycle, thread, names)
		}
		for _, id := range old {
			m := wait(t, "scopes", c.start(t, "scopes", dap.ScopesArguments{FrameId: id}))
			if _, refused := m.(*dap.ErrorResponse); !refused {
				t.Fatalf("cycle %d: frame %d of the stop before is answered by %+v", cycle, id, m)
			}
		}
		old = nil
		for _, f := range c.frames(t, last) {
			if f.Id > 1<<30 {
				old = append(old, f.Id)
			}
		}
		if len(old) == 0 {
			t.Fatalf("cycle %d: the last goroutine has no chain", cycle)
		}
		now := c.number(t, "main.laps")
		if again := c.number(t, "main.laps"); now < lap || again != now {
			t.Fatalf("cycle %d: lap %d, then %d, and %d at the stop before", cycle, now, again, lap)
		}
		lap = now
		switch rss := c.memory(t); {
		case cycle == 49:
			early = rss
		case cycle == cycles-1 && cycles >= 200 && rss > early+early/5:
			t.Errorf("dlvx takes %d KiB after %d pauses, %d after 50", rss, cycles, early)
		case cycle == cycles-1:
			t.Logf("dlvx takes %d KiB after %d pauses, %d after 50", rss, cycles, early)
		}
		call[*dap.ContinueResponse](t, c, "continue", dap.ContinueArguments{ThreadId: 1})
		thread = c.pauseAfter(t, lap)
	}
	for len(c.events) > 0 {
		if e, ok := (<-c.events).(*dap.StoppedEvent); ok {
			t.Errorf("a stop that nobody asked for: %+v", e.Body)
		}
	}
}

// memory returns how many KiB dlvx takes now; 0 where the system does not tell.
func (c *dapClient) memory(t *testing.T) (kib int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kib); err == nil {
			return kib
		}
	}
	return 0
}

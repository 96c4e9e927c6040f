package top

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/internal/screen"
	"github.com/dlvx/dlvx/stitch"
)

var (
	mainFrames   = []stitch.Frame{{Func: "main.main", File: "/src/main.go", Line: 17, Live: -1}}
	workerFrames = []stitch.Frame{{Func: "runtime.gopark", File: "/go/proc.go", Line: 9, Live: -1}, {Func: "main.worker", File: "/src/main.go", Line: 30, Live: -1}}
	leakFrames   = []stitch.Frame{{Func: "runtime.gopark", File: "/go/proc.go", Line: 9, Live: -1}, {Func: "example.com/x/api.handle", File: "/src/api/api.go", Line: 5, Live: -1}}
	busyFrames   = []stitch.Frame{{Func: "main.crunch", File: "/src/main.go", Line: 44, Live: -1}, {Func: "main.worker", File: "/src/main.go", Line: 31, Live: -1}}
)

// made returns goroutines of main's that stand in a stack.
func made(state stitch.State, frames []stitch.Frame, ids ...int64) (gs []stitch.Goroutine) {
	state.At = stitch.Position(frames)
	for _, id := range ids {
		gs = append(gs, stitch.Goroutine{
			ID: id, State: state, Own: frames, OwnCut: len(frames) == 0,
			Chain: stitch.Chain{Links: []stitch.Link{{Spawner: 1, Provenance: stitch.Label, Frames: mainFrames}}},
		})
	}
	return gs
}

var (
	waiting  = stitch.State{Status: "waiting", Wait: "chan receive"}
	sending  = stitch.State{Status: "waiting", Wait: "chan send"}
	running  = stitch.State{Status: "running"}
	runnable = stitch.State{Status: "runnable"}
)

func upTo(n int64) (ids []int64) {
	for id := int64(100); id < 100+n; id++ {
		ids = append(ids, id)
	}
	return ids
}

// A viewer is a model under test, with a clock of its own.
type viewer struct {
	*Model
	now time.Time
}

func newViewer(t *testing.T) *viewer {
	t.Helper()
	m, err := New(Options{Title: "prog (7)", Every: time.Second, Parse: stitch.ParseFilter})
	if err != nil {
		t.Fatal(err)
	}
	return &viewer{m, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func (v *viewer) look(lists ...[]stitch.Goroutine) {
	var all []stitch.Goroutine
	for _, gs := range lists {
		all = append(all, gs...)
	}
	v.Look(Look{Time: v.now, Goroutines: all})
	v.now = v.now.Add(time.Second)
}

func (v *viewer) text(width, height int) string { return strings.Join(v.View(width, height), "\n") }

// press presses keys, none of which quits.
func (v *viewer) press(t *testing.T, keys ...screen.Key) {
	t.Helper()
	for _, k := range keys {
		if !v.Press(k) {
			t.Fatalf("%q ends the view", k)
		}
	}
}

// typed returns the keys of a text.
func typed(text string) (keys []screen.Key) {
	for _, r := range text {
		keys = append(keys, screen.Key(r))
	}
	return keys
}

// has checks that a text has lines that begin and end so, blanks aside.
func has(t *testing.T, text string, wants ...string) {
	t.Helper()
	flat := strings.Join(strings.Fields(text), " ")
	for _, want := range wants {
		if !strings.Contains(flat, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}

func hasNot(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("there is %q in\n%s", w, text)
		}
	}
}

func TestGrowthAndLeak(t *testing.T) {
	v := newViewer(t)
	for n := int64(1); n <= 4; n++ {
		v.look(made(waiting, workerFrames, 1, 2, 3), made(sending, leakFrames, upTo(10*n)...))
		text := v.text(100, 20)
		if suspected := strings.Contains(text, "leak? api.handle api.go:5 ← main.main"); suspected != (n == 4) {
			t.Errorf("after %d looks that it grew in, suspected: %v\n%s", n-1, suspected, text)
		}
	}
	has(t, v.text(100, 20),
		"prog (7) · 03:04:08 · every 1s · growth since 03:04:05",
		"43 goroutines in 2 groups (+30) · 0 running · 1 suspected leak",
		"40 +30 chan send leak? api.handle",
		"3 chan receive main.worker main.go:30 ← main.main")
	// A group that has come to a halt is none that only grows.
	for range 6 {
		v.look(made(waiting, workerFrames, 1, 2, 3), made(sending, leakFrames, upTo(40)...))
	}
	hasNot(t, v.text(100, 20), "leak?")
	// One that falls has to begin anew.
	for _, n := range []int64{50, 60, 70, 65} {
		v.look(made(sending, leakFrames, upTo(n)...))
	}
	hasNot(t, v.text(100, 20), "leak?")
	has(t, v.text(100, 20), "65 +55 chan send")
}

// TestSlowLeak is of a group that grows less often than it is looked at.
func TestSlowLeak(t *testing.T) {
	v := newViewer(t)
	for n := int64(0); n < 100; n++ {
		v.look(made(sending, leakFrames, upTo(1+n/20)...))
	}
	has(t, v.text(100, 20), "leak?")
}

// TestRunning checks that goroutines that run stay where they wait otherwise,
// whether their stacks are known or not, and count as what takes the processors.
func TestRunning(t *testing.T) {
	v := newViewer(t)
	v.look(made(waiting, workerFrames, 1, 2, 3, 4))
	v.look(made(waiting, workerFrames, 1, 2), made(running, nil, 3), made(runnable, busyFrames, 4))
	has(t, v.text(100, 20), "4 goroutines in 1 group ·", "1 running", "4 50 chan receive 2, runn")
	v.look(made(waiting, workerFrames, 1, 2), made(running, busyFrames, 3), made(running, nil, 4))
	has(t, v.text(200, 20), "4 100 chan receive 2, running 2", "main.worker main.go:30 ← main.main")

	// Those that were never seen waiting are together, by where they were made.
	v = newViewer(t)
	v.look(made(running, nil, 3), made(runnable, busyFrames, 4))
	has(t, v.text(100, 20), "2 goroutines in 1 group")
	v.look(made(running, nil, 3, 4))
	has(t, v.text(100, 20), "2 150 running made at main.go:17 ← main.main")
	// That they are seen waiting for the first time is no growth.
	v.look(made(waiting, workerFrames, 3, 4))
	has(t, v.text(100, 20), "2 goroutines in 1 group ·", "2 chan receive main.worker")
}

// TestBeginners is of goroutines that come all the time, and soon wait or end: that
// there are some who have not done so yet is no leak.
func TestBeginners(t *testing.T) {
	v := newViewer(t)
	v.look(made(running, nil, 1, 2))
	for n := int64(1); n < 10; n++ {
		v.look(made(waiting, workerFrames, 2*n), made(running, nil, upTo(n)...), made(running, nil, 2*n+1, 2*n+2))
	}
	// Those that never wait, and only grow, are.
	has(t, v.text(100, 10), "1 suspected leak")
	v = newViewer(t)
	for n := int64(0); n < 10; n++ { // three more each time, of which two have waited the next time
		v.look(made(waiting, workerFrames, 3*n, 3*n+1), made(running, nil, 3*n+2, 3*n+3, 3*n+4))
	}
	hasNot(t, v.text(100, 10), "leak?")
}

// TestGone checks that groups that come and go do not pile up, and that those of
// the first look are remembered.
func TestGone(t *testing.T) {
	v := newViewer(t)
	v.look(made(waiting, workerFrames, 1, 2, 3))
	v.look(made(sending, leakFrames, 4))
	has(t, v.text(100, 20), "1 goroutine in 1 group (-2) ·", "1 +1 chan send")
	v.look(made(waiting, workerFrames, 1))
	has(t, v.text(100, 20), "1 -2 chan receive")
	if n := len(v.rows); n != 1 {
		t.Errorf("%d rows are kept", n)
	}
}

func TestSort(t *testing.T) {
	v := newViewer(t)
	old := waiting
	old.For = time.Hour
	v.look(made(waiting, workerFrames, 1, 2, 9), made(old, leakFrames, 3))
	v.look(made(running, nil, 1), made(waiting, workerFrames, 2, 9), made(old, leakFrames, 3, 4))
	want := map[string]string{"leak": "main.worker", "count": "main.worker", "growth": "api.handle", "cpu": "main.worker", "wait": "api.handle", "name": "api.handle"}
	for range Orders() {
		order := orders[v.order].name
		lines := v.View(100, 20)
		has(t, lines[len(lines)-1], "s sort: "+order)
		if !strings.Contains(lines[3], want[order]) {
			t.Errorf("by %s the first is not %s:\n%s", order, want[order], strings.Join(lines, "\n"))
		}
		v.press(t, "s")
	}
	v.press(t, "S")
	if got := orders[v.order].name; got != "name" {
		t.Errorf("S goes back from the first to %s", got)
	}
}

// TestSystem shows the runtime's own goroutines by what they are there for, behind
// the others.
func TestSystem(t *testing.T) {
	v := newViewer(t)
	v.filter.System = stitch.WithSystem
	sweeper := stitch.Goroutine{
		ID: 2, System: true,
		State: stitch.State{Status: "waiting", Wait: "GC sweep wait", For: time.Hour, At: stitch.Frame{Func: "runtime.gopark", File: "proc.go", Line: 463}},
		Own: []stitch.Frame{
			{Func: "runtime.gopark", File: "proc.go", Line: 463},
			{Func: "runtime.bgsweep", File: "mgcsweep.go", Line: 279},
		},
	}
	v.look(made(waiting, workerFrames, 7), []stitch.Goroutine{sweeper})
	for range Orders() {
		order := orders[v.order].name
		if lines := v.View(100, 20); !strings.Contains(lines[3], "main.worker") || !strings.Contains(lines[4], "runtime.bgsweep mgcsweep.go:279") {
			t.Errorf("by %s:\n%s", order, strings.Join(lines, "\n"))
		}
		v.press(t, "s")
	}
}

// TestHelper: what a helper made is known by the helper's caller.
func TestHelper(t *testing.T) {
	const helper = "sync.(*WaitGroup).Go"
	v := newViewer(t)
	state := waiting
	state.At = stitch.Frame{Func: "main.hash.func1"}
	v.look([]stitch.Goroutine{{
		ID: 2, State: state, Own: []stitch.Frame{state.At, {Func: helper + ".func1"}},
		Chain: stitch.Chain{Links: []stitch.Link{{Spawner: 1, Provenance: stitch.Label, Frames: []stitch.Frame{{Func: helper}, {Func: "main.hash"}}}}},
	}})
	has(t, v.text(100, 20), "main.hash.func1 ← main.hash")
}

// TestFilterRunning selects by the function that a goroutine began in, of which
// nothing else is known.
func TestFilterRunning(t *testing.T) {
	gs := made(running, nil, 3, 4)
	gs[1].Start = "main.worker"
	v := newViewer(t)
	v.look(gs)
	v.press(t, append(append([]screen.Key{"/"}, typed("func:worker")...), screen.Enter)...)
	has(t, v.text(100, 10), "filter func:worker: 1 goroutine in 1 group")
}

func TestFilter(t *testing.T) {
	v := newViewer(t)
	v.look(made(waiting, workerFrames, 1, 2, 3), made(sending, leakFrames, 4))
	v.press(t, append([]screen.Key{"/"}, typed("nosuch:x")...)...)
	has(t, v.text(100, 10), "filter (enter, or escape): nosuch:x_")
	v.press(t, screen.Enter)
	has(t, v.text(100, 10), "nosuch: is not known")
	v.press(t, screen.EraseAll)
	v.press(t, typed("state:sendd")...)
	v.press(t, screen.Backspace, screen.Enter)
	text := v.text(100, 10)
	has(t, text, "filter state:send: 1 goroutine in 1 group", "api.handle")
	hasNot(t, text, "main.worker")
	// Some of a group, too, and q is a letter while one types.
	v.press(t, "/", screen.EraseAll)
	v.press(t, append(typed("q"), screen.EraseAll)...)
	v.press(t, append(typed("id:2"), screen.Enter)...)
	has(t, v.text(100, 10), "filter id:2: 1 goroutine in 1 group", "3 chan receive main.worker")
	v.press(t, screen.Enter)
	has(t, v.text(100, 20), "3 goroutines, 1 of them match id:2")
	v.press(t, screen.Escape, screen.Escape)
	has(t, v.text(100, 10), "main.worker", "api.handle")
	v.press(t, "/", "x", screen.Escape)
	has(t, v.text(100, 10), "main.worker", "api.handle")
}

func TestOpen(t *testing.T) {
	v := newViewer(t)
	v.look(made(waiting, workerFrames, 1, 2, 3), made(sending, leakFrames, 4))
	v.press(t, screen.Down, screen.Enter)
	text := v.text(160, 30)
	has(t, text, "1 goroutine chan send",
		"example.com/x/api.handle /src/api/api.go:5 ── created by goroutine 1",
		"main.main /src/main.go:17",
		"ID STATE BEGAN IN STANDS AT CREATED BY",
		"4 chan send example.com/x/api.handle example.com/x/api.handle /src/api/api.go:5 goroutine 1 at /src/main.go:17")
	// The selection is the row's, whatever comes above it.
	v.look(made(waiting, workerFrames, 1), made(sending, leakFrames, 4, 5))
	has(t, v.text(100, 30), "2 goroutines · +1 since 03:04:05", "5 chan send")
	v.look(made(waiting, workerFrames, 1))
	has(t, v.text(100, 30), "All of them have gone on, or exited.")
	v.press(t, "q")
	has(t, v.text(100, 30), "1 goroutine in 1 group")
	if v.Press("q") {
		t.Error("q does not quit")
	}
	if v.Press(screen.Interrupt) {
		t.Error("^C does not quit")
	}
}

// TestScroll goes through a large group line by line and page by page: each
// member is to be seen, and nothing else.
func TestScroll(t *testing.T) {
	v := newViewer(t)
	v.look(made(waiting, workerFrames, upTo(1000)...))
	v.press(t, screen.Enter)
	seen := map[int64]bool{}
	note := func() {
		lines := v.View(100, 20)
		if len(lines) != 20 {
			t.Fatalf("%d lines", len(lines))
		}
		for _, line := range lines {
			var id int64
			var state string
			if n, _ := fmt.Sscanf(line, "%d %s", &id, &state); n == 2 && state == "chan" {
				seen[id] = true
			}
		}
	}
	note()
	for range 100 {
		v.press(t, screen.PageDown)
		note()
	}
	if len(seen) != 1000 {
		t.Errorf("%d of 1000 goroutines were seen", len(seen))
	}
	has(t, v.text(100, 20), "ID STATE", "1099 chan receive")
	v.press(t, screen.Home)
	has(t, v.text(100, 20), "main.worker /src/main.go:30", "100 chan receive")
	v.press(t, screen.End)
	has(t, v.text(100, 20), "1099 chan receive")
}

func TestFrozen(t *testing.T) {
	v := newViewer(t)
	v.look(made(waiting, workerFrames, 1))
	v.press(t, " ")
	if !v.Frozen() {
		t.Error("space does not freeze")
	}
	has(t, v.text(100, 10), "frozen")
	v.press(t, " ")
	if v.Frozen() {
		t.Error("space does not thaw")
	}
	hasNot(t, v.text(100, 10), "· frozen")
}

func TestHelpAndMessage(t *testing.T) {
	v := newViewer(t)
	v.look(made(waiting, workerFrames, 1))
	v.press(t, "?")
	has(t, v.text(100, 30), "GROWTH goroutines more than in the first look", "any key: back")
	v.press(t, "q")
	has(t, v.text(100, 10), "main.worker")
	v.Say("the program was busy")
	has(t, v.text(100, 10), "the program was busy")
	v.press(t, screen.Down)
	hasNot(t, v.text(100, 10), "the program was busy")
}

// TestEverySize renders all views at all sizes: the lines that are there, none
// wider than the screen, and no panic.
func TestEverySize(t *testing.T) {
	for _, open := range []screen.Key{"", screen.Enter, "?", "/"} {
		for _, width := range []int{0, 1, 20, 39, 40, 41, 60, 80, 100, 160, 200} {
			for _, height := range []int{0, 1, 2, 3, 4, 5, 6, 7, 24, 60} {
				v := newViewer(t)
				v.look(made(waiting, workerFrames, upTo(50)...), made(sending, leakFrames, 4), made(running, nil, 5))
				v.press(t, open, screen.Down, screen.PageDown, screen.End)
				lines := v.View(width, height)
				if len(lines) != height {
					t.Fatalf("%q: %d lines on %d x %d", open, len(lines), width, height)
				}
				for _, line := range lines {
					if n := utf8.RuneCountInString(line); open != "?" && n > max(width, minimum) {
						t.Fatalf("%q: %d columns on %d x %d: %q", open, n, width, height, line)
					}
				}
			}
		}
	}
}

func TestColor(t *testing.T) {
	v := newViewer(t)
	v.options.Style = render.Style{Color: true}
	for n := int64(1); n <= 4; n++ {
		v.look(made(waiting, workerFrames, upTo(100)...), made(sending, leakFrames, upTo(n)...))
	}
	text := v.text(100, 10)
	v.press(t, screen.Down)
	text += v.text(100, 10)
	for _, want := range []string{red + reverse + "> ", red + "  ", "\n" + reverse + "> "} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in %q", want, text)
		}
	}
}

// TestControlCharacters checks that a program's names cannot move the cursor.
func TestControlCharacters(t *testing.T) {
	v := newViewer(t)
	v.look(made(waiting, []stitch.Frame{{Func: "main.\x1b[2Jf", File: "/src/\x07a.go", Line: 1, Live: -1}}, 1))
	text := v.text(100, 20)
	v.press(t, screen.Enter)
	text += v.text(100, 20)
	if strings.ContainsAny(text, "\x1b\x07") {
		t.Errorf("%q", text)
	}
}

func TestHelpFits(t *testing.T) {
	v := newViewer(t)
	v.press(t, "?")
	lines := v.View(80, 24)
	for _, line := range lines {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("too long: %s", line)
		}
	}
	if !strings.Contains(strings.Join(lines, "\n"), "by the go statements that made them.") {
		t.Errorf("it does not fit:\n%s", strings.Join(lines, "\n"))
	}
}

func TestFrame(t *testing.T) {
	v := newViewer(t)
	v.look(made(waiting, workerFrames, 1, 2, 3), made(sending, leakFrames, 4))
	lines := v.Frame(0)
	if len(lines) != 5 || strings.Contains(strings.Join(lines, ""), ">") {
		t.Errorf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for _, line := range v.Frame(50) {
		if utf8.RuneCountInString(line) > 50 {
			t.Errorf("longer than 50: %q", line)
		}
	}
}

package render

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
)

// crowd is a program: main started a server, which made connections, and a
// loader, which has exited and whose reader still lives.
func crowd() (gs []stitch.Goroutine, style Style) {
	dir, _ := filepath.Abs("proj")
	main := filepath.Join(dir, "main.go")
	at := func(fn string, line int) stitch.Frame { return stitch.Frame{Func: fn, File: main, Line: line} }
	link := func(spawner int64, state *stitch.State, frames ...stitch.Frame) stitch.Link {
		return stitch.Link{Spawner: spawner, State: state, Provenance: stitch.Label, Frames: frames}
	}
	waiting := func(why string, d time.Duration) stitch.State {
		return stitch.State{Status: "waiting", Wait: why, For: d}
	}
	add := func(id int64, state stitch.State, own stitch.Frame, links ...stitch.Link) *stitch.Goroutine {
		state.At = own
		gs = append(gs, stitch.Goroutine{ID: id, State: state, Own: []stitch.Frame{own}, Chain: stitch.Chain{Links: links}})
		return &gs[len(gs)-1]
	}
	alive := &stitch.State{Status: "waiting"}
	fromMain := link(1, alive, at("main.main", 31))
	loader := link(1, alive, at("main.main", 32))
	add(1, waiting("sync.WaitGroup.Wait", 2*time.Minute), at("main.main", 50))
	add(7, waiting("IO wait", 0), at("main.serve", 44), fromMain)
	for i := range int64(1200) {
		add(100+i, waiting("chan receive", 12*time.Minute+3*time.Second), at("main.conn", 60), link(7, alive, at("main.serve", 44)), fromMain)
	}
	add(2000, stitch.State{Status: "running"}, at("main.conn", 61), link(7, alive, at("main.serve", 44)), fromMain).Labels = map[string]string{"tenant": "<acme>"}
	add(2001, waiting("select", 90*time.Minute), at("main.read", 70), link(8, nil, at("main.load", 9)), loader)
	gs = append(gs, stitch.Goroutine{ID: 2, State: waiting("force gc (idle)", 0), System: true})
	gs = append(gs, stitch.Goroutine{ID: 3000, State: stitch.State{Status: "syscall"}})
	return gs, Style{Dir: dir}
}

func TestTree(t *testing.T) {
	gs, style := crowd()
	var b strings.Builder
	if err := Tree(&b, stitch.Tree(gs), style); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`main.main [sync.WaitGroup.Wait 2m00s]
├─ main.serve [IO wait] ./main.go:31
│  └─ main.conn ×1,201 [chan receive ×1,200, running ×1, longest 12m03s] ./main.go:44
└─ main.load (exited) ./main.go:32
   └─ main.read [select 1h30m] ./main.go:9
Go runtime [force gc (idle)]
unknown origin [syscall]
`, "./", "."+string(filepath.Separator))
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
	style.Color = true
	var colored strings.Builder
	if err := Tree(&colored, stitch.Tree(gs), style); err != nil {
		t.Fatal(err)
	}
	if plain := strings.NewReplacer(bold, "", dim, "", reset, "").Replace(colored.String()); plain != want || plain == colored.String() {
		t.Errorf("in colours: %q", colored.String())
	}
}

// TestNarrowTree: a line that is too long has its paths and names shortened.
func TestNarrowTree(t *testing.T) {
	made := func(fn string, line int) stitch.Goroutine {
		return stitch.Goroutine{
			ID: int64(line), Own: []stitch.Frame{{Func: fn}}, State: stitch.State{Status: "waiting", Wait: "select"},
			Chain: stitch.Chain{Links: []stitch.Link{{
				Spawner: 1, Provenance: stitch.Label,
				Frames: []stitch.Frame{{Func: "main.main", File: "/src/cmd/server/main.go", Line: line}},
			}}},
		}
	}
	top := stitch.Tree([]stitch.Goroutine{made("main.short", 7), made("main.aLittleLonger", 8), made("example.com/some/where/pkg.(*T).run", 9)})
	var b strings.Builder
	if err := Tree(&b, top, Style{Width: 54, Color: true}); err != nil {
		t.Fatal(err)
	}
	want := `main.main
├─ main.short [select] /src/cmd/server/main.go:7
├─ main.aLittleLonger [select] …/server/main.go:8
└─ pkg.(*T).run [select] main.go:9
`
	if got := strings.NewReplacer(bold, "", dim, "", reset, "").Replace(b.String()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestTreeFrom: what a helper made goes by what the helper was given, and by its
// caller.
func TestTreeFrom(t *testing.T) {
	const helper = "sync.(*WaitGroup).Go"
	own := []stitch.Frame{{Func: "main.hash.func1"}, {Func: helper + ".func1"}}
	made := []stitch.Frame{{Func: helper, File: "/go/waitgroup.go", Line: 238}, {Func: "main.hash", File: "/src/main.go", Line: 43}}
	gs := []stitch.Goroutine{{
		ID: 2, Own: own, State: stitch.State{Status: "waiting", Wait: "select", At: own[0]},
		Chain: stitch.Chain{Links: []stitch.Link{{Spawner: 1, Frames: made, Provenance: stitch.Label}}},
	}}
	top := stitch.Tree(gs)
	var text, js strings.Builder
	if err := Tree(&text, top, Style{}); err != nil {
		t.Fatal(err)
	}
	if want := "main.main\n└─ main.hash.func1 [select] /go/waitgroup.go:238 from main.hash /src/main.go:43\n"; text.String() != want {
		t.Errorf("got\n%swant\n%s", &text, want)
	}
	var table strings.Builder
	if err := Table(&table, []*stitch.Goroutine{&gs[0]}, Style{}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(strings.SplitAfter(table.String(), "\n")[1]), " "); got != "2 select main.hash.func1 main.hash.func1 goroutine 1 at /src/main.go:43" {
		t.Errorf("in a table: %s", got)
	}
	if err := TreeJSON(&js, top); err != nil {
		t.Fatal(err)
	}
	var roots []jsonNode
	if err := json.Unmarshal([]byte(js.String()), &roots); err != nil {
		t.Fatal(err)
	}
	if from := roots[0].Children[0].From; from == nil || *from != (jsonPlace{"main.hash", "/src/main.go", 43}) {
		t.Errorf("from %v in\n%s", from, &js)
	}
}

// TestDeepTree: what is too deep for a screen is counted.
func TestDeepTree(t *testing.T) {
	link := stitch.Link{Spawner: 1, Frames: []stitch.Frame{{Func: "main.next"}}}
	g := stitch.Goroutine{ID: 5, Chain: stitch.Chain{Links: slices.Repeat([]stitch.Link{link}, 5000)}}
	var b strings.Builder
	if err := Tree(&b, stitch.Tree([]stitch.Goroutine{g, {ID: 6, Chain: g.Chain}}), Style{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != maxTreeDepth+2 || !strings.HasSuffix(lines[len(lines)-1], "└─ ... 2 goroutines further below") {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
}

func TestTable(t *testing.T) {
	gs, style := crowd()
	var b strings.Builder
	list := []*stitch.Goroutine{&gs[0], &gs[2], &gs[1203], &gs[len(gs)-2]}
	if err := Table(&b, list, style); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`ID    STATE                      BEGAN IN   STANDS AT               CREATED BY
1     sync.WaitGroup.Wait 2m00s  main.main  main.main ./main.go:50  -
100   chan receive 12m03s        main.conn  main.conn ./main.go:60  goroutine 7 at ./main.go:44
2001  select 1h30m               main.read  main.read ./main.go:70  goroutine 8 at ./main.go:9
2     force gc (idle)            -          -                       -
`, "./", "."+string(filepath.Separator))
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestStates(t *testing.T) {
	tally := stitch.Tally{Alive: 5003, States: map[string]int{"b": 1, "a": 1, "select": 5000, "zz": 1}}
	if got, want := states(tally), "select ×5,000, a ×1, b ×1, ..."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 4812: "4,812", 100000: "100,000", 1234567: "1,234,567"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %s, want %s", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		999 * time.Millisecond: "", 12 * time.Second: "12s", 12*time.Minute + 3*time.Second: "12m03s", time.Hour: "1h00m",
		47*time.Hour + 59*time.Minute: "47h59m", 48 * time.Hour: "2d00h", 121 * time.Hour: "5d01h",
	} {
		if got := wait(d); got != want {
			t.Errorf("wait(%v) = %s, want %s", d, got, want)
		}
	}
}

// decoded is JSON as a consumer sees it.
func decoded[T any](t *testing.T, write func(*strings.Builder) error) T {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(b.String(), "\n") || strings.Contains(b.String(), "null") {
		t.Errorf("got %s", b.String())
	}
	var v T
	if err := json.Unmarshal([]byte(b.String()), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

type object = map[string]any

func TestGoroutinesJSON(t *testing.T) {
	gs, style := crowd()
	file := filepath.Join(style.Dir, "main.go")
	got := decoded[[]object](t, func(b *strings.Builder) error {
		return GoroutinesJSON(b, []*stitch.Goroutine{&gs[2], &gs[1202], &gs[1203], &gs[len(gs)-2]}, nil)
	})
	want := []object{
		{
			"id": 100.0, "name": "main.conn", "status": "waiting", "waitReason": "chan receive", "waitMs": 723000.0,
			"function": "main.conn", "file": file, "line": 60.0,
			"spawn": object{"function": "main.serve", "file": file, "line": 44.0, "goroutine": 7.0},
		},
		{
			"id": 2000.0, "name": "main.conn", "status": "running", "function": "main.conn", "file": file, "line": 61.0,
			"spawn":  object{"function": "main.serve", "file": file, "line": 44.0, "goroutine": 7.0},
			"labels": object{"tenant": "<acme>"},
		},
		{
			"id": 2001.0, "name": "main.read", "status": "waiting", "waitReason": "select", "waitMs": 5400000.0,
			"function": "main.read", "file": file, "line": 70.0,
			"spawn": object{"function": "main.load", "file": file, "line": 9.0, "goroutine": 8.0, "exited": true},
		},
		{"id": 2.0, "status": "waiting", "waitReason": "force gc (idle)", "system": true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := decoded[[]object](t, func(b *strings.Builder) error { return GoroutinesJSON(b, nil, nil) }); len(got) != 0 {
		t.Errorf("of none: %v", got)
	}
}

func TestGroupsJSON(t *testing.T) {
	gs, _ := crowd()
	got := decoded[[]object](t, func(b *strings.Builder) error { return GroupsJSON(b, stitch.Groups(gs), nil) })
	var lines []string
	for _, g := range got {
		lines = append(lines, fmt.Sprintf("%v %v [%v %v] %d goroutines, %d segments", g["count"], g["name"], g["state"], g["longestWaitMs"],
			len(g["goroutines"].([]any)), len(g["segments"].([]any))))
	}
	want := []string{
		"1 main.read [select 5.4e+06] 1 goroutines, 3 segments",
		"1200 main.conn [chan receive 723000] 1200 goroutines, 3 segments",
		"1 main.main [sync.WaitGroup.Wait 120000] 1 goroutines, 1 segments",
		"1 main.serve [IO wait <nil>] 1 goroutines, 2 segments",
		"1 main.conn [running <nil>] 1 goroutines, 3 segments",
		"1 <nil> [syscall <nil>] 1 goroutines, 1 segments",
		"1 <nil> [force gc (idle) <nil>] 1 goroutines, 1 segments",
	}
	if d := cmp.Diff(want, lines); d != "" {
		t.Error(d)
	}
}

func TestTreeJSON(t *testing.T) {
	gs, style := crowd()
	file := filepath.Join(style.Dir, "main.go")
	got := decoded[[]object](t, func(b *strings.Builder) error { return TreeJSON(b, stitch.Tree(gs)) })
	if len(got) != 3 {
		t.Fatalf("%d roots", len(got))
	}
	load := got[0]["children"].([]any)[1]
	want := object{
		"function": "main.load", "site": object{"function": "main.main", "file": file, "line": 32.0},
		"alive": 0.0, "total": 1.0, "blocked": 0.0,
		"children": []any{object{
			"function": "main.read", "site": object{"function": "main.load", "file": file, "line": 9.0},
			"alive": 1.0, "total": 1.0, "blocked": 1.0, "longestWaitMs": 5400000.0,
			"states": object{"select": 1.0}, "goroutines": []any{2001.0},
		}},
	}
	if d := cmp.Diff(want, load.(object)); d != "" {
		t.Error(d)
	}
}

package render

import (
	"strings"
	"testing"
	"time"

	"github.com/dlvx/dlvx/stitch"
)

// What members of a group do not have in common is not said of them all.
func TestGroup(t *testing.T) {
	link := func(spawner int64, fn string) stitch.Link {
		return stitch.Link{Spawner: spawner, Provenance: stitch.Label, Frames: []stitch.Frame{{Func: fn, File: "/m.go", Line: 3}}}
	}
	var gs []stitch.Goroutine
	for id := int64(10); id < 32; id++ {
		gs = append(gs, stitch.Goroutine{
			ID: id, State: stitch.State{Status: "waiting", Wait: "select", For: time.Duration(id) * time.Second},
			Own:   []stitch.Frame{{Func: "main.worker", File: "/m.go", Line: 9}},
			Chain: stitch.Chain{Links: []stitch.Link{link(id/20, "main.start"), link(7, "main.main")}},
		})
	}
	var b strings.Builder
	for _, g := range stitch.Groups(gs) {
		if err := Group(&b, g, Style{}); err != nil {
			t.Fatal(err)
		}
	}
	want := `22 goroutines · select, longest 31s: 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 ...
main.worker
    /m.go:9
── created by several goroutines
main.start
    /m.go:3
── created by goroutine 7 (exited)
main.main
    /m.go:3
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	if err := Group(&b, stitch.Groups(gs)[0], Style{Path: func(string) string { return "/there/m.go" }}); err != nil {
		t.Fatal(err)
	}
	if mapped := strings.ReplaceAll(want, "/m.go", "/there/m.go"); b.String() != mapped {
		t.Errorf("with other paths: got\n%s\nwant\n%s", b.String(), mapped)
	}
	b.Reset()
	if err := Group(&b, stitch.Groups(gs[:1])[0], Style{}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "goroutine 10 [select]:\nmain.worker\n") {
		t.Errorf("a group of one is %q", b.String())
	}
}

// Brief leaves out the calls of the runtime in which a goroutine waits, and no
// others.
func TestBriefGroup(t *testing.T) {
	frame := func(fn string) stitch.Frame { return stitch.Frame{Func: fn} }
	park, recv, work := frame("runtime.gopark"), frame("runtime.chanrecv"), frame("main.work")
	waiting := stitch.State{Status: "waiting", Wait: "select"}
	for _, tt := range []struct {
		state stitch.State
		own   []stitch.Frame
		want  string
	}{
		{waiting, []stitch.Frame{park, recv, work, frame("runtime.main")}, "main.work runtime.main"},
		{waiting, []stitch.Frame{park, frame("runtime.bgsweep")}, "runtime.bgsweep"},
		{waiting, []stitch.Frame{park, frame("runtime/pprof.f"), park}, "runtime/pprof.f runtime.gopark"},
		{waiting, nil, ""},
		{stitch.State{Status: "leaked", Wait: "chan receive"}, []stitch.Frame{park, work}, "main.work"},
		{stitch.State{Status: "running"}, []stitch.Frame{frame("runtime.mallocgc"), work}, "runtime.mallocgc main.work"},
		{stitch.State{Status: "syscall"}, []stitch.Frame{frame("runtime.futex"), work}, "runtime.futex main.work"},
	} {
		var b strings.Builder
		g := stitch.Goroutine{ID: 1, State: tt.state, Own: tt.own}
		if err := Group(&b, stitch.Groups([]stitch.Goroutine{g})[0], Style{Brief: true}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Split(strings.TrimSpace(b.String()), "\n")[1:], " "); got != tt.want {
			t.Errorf("%v %v: %q, want %q", tt.state.Status, tt.own, got, tt.want)
		}
	}
}

package render

import (
	"strings"
	"testing"
	"time"

	"github.com/dlvx/dlvx/stitch"
)

func TestLine(t *testing.T) {
	at := stitch.Frame{Func: "main.worker", File: "/src/main.go", Line: 24, PC: 0x4867dd}
	goroutine := func(id int64, spawner int64, wait time.Duration) stitch.Goroutine {
		return stitch.Goroutine{
			ID: id, State: stitch.State{Status: "waiting", Wait: "select", For: wait, At: at}, Own: []stitch.Frame{at},
			Chain: stitch.Chain{Links: []stitch.Link{{Spawner: spawner, Frames: []stitch.Frame{{Func: "main.main", File: "/src/main.go", Line: 17}}}}},
		}
	}
	var many []stitch.Goroutine
	for id := range int64(10) {
		many = append(many, goroutine(20+id, 7, time.Duration(id)*time.Second))
	}
	for _, c := range []struct {
		gs       []stitch.Goroutine
		selected bool
		thread   int
		want     string
	}{
		{
			[]stitch.Goroutine{goroutine(18, 7, 12*time.Second)},
			true, 4711,
			"* Goroutine 18 - User: ./main.go:24 main.worker (0x4867dd) (thread 4711) [select 12s] created by goroutine 7 at ./main.go:17\n",
		},
		{
			[]stitch.Goroutine{goroutine(18, 0, 0)},
			false, 0,
			"  Goroutine 18 - User: ./main.go:24 main.worker (0x4867dd) [select] created at ./main.go:17\n",
		},
		{
			[]stitch.Goroutine{{ID: 1, State: stitch.State{Status: "running"}}},
			false, 0,
			"  Goroutine 1 - User: [running]\n",
		},
		{
			many, false, 0,
			"  ×10 - User: ./main.go:24 main.worker (0x4867dd) [select, longest 9s] created at ./main.go:17: 20 21 22 23 24 25 26 27 ...\n",
		},
	} {
		var b strings.Builder
		if err := Line(&b, stitch.Groups(c.gs)[0], c.selected, c.thread, Style{Dir: "/src"}); err != nil {
			t.Fatal(err)
		}
		if b.String() != c.want {
			t.Errorf("got  %swant %s", b.String(), c.want)
		}
	}
}

func TestTreeDepth(t *testing.T) {
	link := func(line int) stitch.Link {
		return stitch.Link{Frames: []stitch.Frame{{Func: "main.main", File: "main.go", Line: line}}}
	}
	running := stitch.State{Status: "running"}
	top := stitch.Tree([]stitch.Goroutine{
		{ID: 1, State: running},
		{ID: 2, State: running, Own: []stitch.Frame{{Func: "main.a"}}, Chain: stitch.Chain{Links: []stitch.Link{link(5)}}},
		{ID: 3, State: running, Own: []stitch.Frame{{Func: "main.b"}}, Chain: stitch.Chain{Links: []stitch.Link{link(7), link(5)}}},
	})
	var b strings.Builder
	if err := Tree(&b, top, Style{Depth: 1}); err != nil {
		t.Fatal(err)
	}
	want := "main.main [running]\n└─ main.a [running] main.go:5\n   └─ ... 1 goroutine further below\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

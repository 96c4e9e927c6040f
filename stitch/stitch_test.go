package stitch

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func frames(names ...string) []Frame {
	fs := make([]Frame, len(names))
	for i, n := range names {
		fs[i] = Frame{Func: n, File: "/src/main.go", Line: 10 + i, PC: uint64(0x1000 + i), Live: -1}
	}
	return fs
}

func names(fs []Frame) []string {
	var ns []string
	for _, f := range fs {
		ns = append(ns, f.Func)
	}
	return ns
}

func TestStitchKeepsOwnStackWithoutChain(t *testing.T) {
	own := Segment{Goroutine: 1, Frames: frames("main.main", "runtime.main", "runtime.goexit")}
	s := Stitch(own, Chain{})
	if len(s.Segments) != 1 || !reflect.DeepEqual(s.Segments[0].Frames, own.Frames) {
		t.Errorf("a stack without a chain was changed: %+v", s)
	}
	if got := s.Segments[0].Provenance; got != Own {
		t.Errorf("own segment has provenance %q", got)
	}
}

func TestStitchSaysWhyThereIsNoChain(t *testing.T) {
	s := Stitch(Segment{Goroutine: 5, Frames: frames("runtime.runfinq", "runtime.goexit")}, Chain{Cut: CutRuntime})
	if got := s.Segments[0].Notes(); !slices.Equal(got, []string{CutRuntime.Text()}) {
		t.Errorf("notes are %q", got)
	}
}

func TestStitchTrimsOwnBottomOnlyAboveAChain(t *testing.T) {
	own := Segment{Goroutine: 7, Frames: frames("main.worker", "main.start.gowrap1", "runtime.goexit")}
	s := Stitch(own, Chain{Links: []Link{{Spawner: 1, Provenance: Label, Frames: frames("main.start", "main.main"), Cut: CutLimit}}})
	if got := names(s.Segments[0].Frames); !slices.Equal(got, []string{"main.worker"}) {
		t.Errorf("own frames are %q", got)
	}
	second := s.Segments[1]
	if second.Goroutine != 1 || second.Provenance != Label || second.Cut != CutLimit {
		t.Errorf("second segment is %+v", second)
	}
}

func TestOwnLen(t *testing.T) {
	for _, c := range []struct {
		stack string
		want  int
	}{
		{"main.a main.b", 2},
		{"main.a main.b.gowrap1", 1},
		{"main.b.gowrap12 runtime.goexit", 1}, // not begun yet
		{"runtime.goexit", 1},
		{"main.gowrap main.x.gowrapper1 runtime.goexit", 2}, // a user's own names
		{"", 0},
	} {
		if got := OwnLen(frames(strings.Fields(c.stack)...)); got != c.want {
			t.Errorf("OwnLen(%s) = %d, want %d", c.stack, got, c.want)
		}
	}
}

func TestTrimRecorded(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"runtime.systemstack_switch runtime.newproc main.start main.main runtime.main runtime.goexit", "main.start main.main"},
		{"main.worker main.start.gowrap2 runtime.goexit", "main.worker"},
		{"main.init.0 runtime.doInit1 runtime.doInit runtime.main", "main.init.0 runtime.doInit1 runtime.doInit"},
		{"runtime.main runtime.goexit", "runtime.main runtime.goexit"}, // all that there is
		{"", ""},
	} {
		if got := strings.Join(names(TrimRecorded(frames(strings.Fields(c.in)...))), " "); got != c.want {
			t.Errorf("TrimRecorded(%s) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestMarkLive(t *testing.T) {
	at := func(fn string, line int) Frame {
		return Frame{Func: fn, File: "/src/main.go", Line: line, PC: uint64(line), Live: -1}
	}
	for _, c := range []struct {
		name              string
		recorded, present []Frame
		want              []int
	}{
		{
			"the function of the go statement has gone on",
			[]Frame{at("main.start", 5), at("main.main", 9)},
			[]Frame{at("runtime.gopark", 1), at("main.start", 7), at("main.main", 9), at("runtime.main", 2), at("runtime.goexit", 3)},
			[]int{1, 2},
		},
		{
			"it has returned, its caller has gone on",
			[]Frame{at("main.start", 5), at("main.main", 9)},
			[]Frame{at("runtime.gopark", 1), at("main.main", 11), at("runtime.main", 2)},
			[]int{-1, 1},
		},
		{
			"another call stands in its place",
			[]Frame{at("main.start", 5), at("main.main", 9)},
			[]Frame{at("main.stop", 5), at("main.main", 10), at("runtime.main", 2)},
			[]int{-1, 1},
		},
		{"nothing in common", []Frame{at("main.a", 1)}, []Frame{at("main.b", 1)}, []int{-1}},
		{"the spawner is gone", []Frame{at("main.a", 1)}, nil, []int{-1}},
	} {
		MarkLive(c.recorded, c.present)
		var got []int
		for _, f := range c.recorded {
			got = append(got, f.Live)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: Live is %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSeparator(t *testing.T) {
	waiting := &State{Status: "waiting", Wait: "chan receive", For: 12 * time.Second, At: Frame{Func: "main.main", File: `C:\src\main.go`, Line: 50}}
	for _, c := range []struct {
		s    Segment
		want string
	}{
		{Segment{Goroutine: 7, Provenance: Label}, "created by goroutine 7 (exited)"},
		{Segment{Goroutine: 1, Provenance: Label, State: waiting}, "created by goroutine 1, now [chan receive 12s] main.go:50"},
		{Segment{Goroutine: 1, Provenance: Live, State: &State{Status: "running"}}, "probably created by goroutine 1, now [running]"},
		{Segment{Goroutine: 7, Provenance: Live}, "created by goroutine 7 (exited)"},
		{Segment{Provenance: Label}, "created by a goroutine whose number was not kept"},
	} {
		if got := c.s.Separator(); got != c.want {
			t.Errorf("separator %q, want %q", got, c.want)
		}
	}
}

func TestRoundWait(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "", 999 * time.Millisecond: "", time.Second: "1s", 119 * time.Second: "119s",
		3 * time.Minute: "3m", 3 * time.Hour: "3h", 50 * time.Hour: "2d",
	} {
		if got := RoundWait(d); got != want {
			t.Errorf("RoundWait(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestEveryCutSaysSomething(t *testing.T) {
	for _, c := range []Cut{CutDepth, CutMemory, CutRespawn, CutLimit, CutUnreadable, CutUnrecorded, CutRuntime} {
		if !strings.HasPrefix(c.Text(), "... ") {
			t.Errorf("cut %q says %q", c, c.Text())
		}
	}
	s := Segment{FramesCut: true, Cut: CutDepth}
	if got := len(s.Notes()); got != 2 {
		t.Errorf("%d notes, want 2", got)
	}
}

func TestPackageNames(t *testing.T) {
	for _, c := range []struct{ fn, pkg, short string }{
		{"main.worker", "main", "main.worker"},
		{"net/http.(*conn).serve", "net/http", "http.(*conn).serve"},
		{"example.com/a/b.Map[go.shape.struct { example.com/c/d.X int }]", "example.com/a/b", "b.Map[go.shape.struct { example.com/c/d.X int }]"},
		{"gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml%2ev3", "yaml%2ev3.Unmarshal"},
		{"_cgo_start", "_cgo_start", "_cgo_start"},
	} {
		if got := Package(c.fn); got != c.pkg {
			t.Errorf("Package(%s) = %s, want %s", c.fn, got, c.pkg)
		}
		if got := ShortFunc(c.fn); got != c.short {
			t.Errorf("ShortFunc(%s) = %s, want %s", c.fn, got, c.short)
		}
	}
}

func TestPosition(t *testing.T) {
	fs := frames("runtime.gopark", "runtime.semacquire1", "sync.(*WaitGroup).Wait", "main.main", "runtime.main", "runtime.goexit")
	if got := Position(fs).Func; got != "main.main" {
		t.Errorf("position is in %s", got)
	}
	if got := Position(frames("runtime.gopark", "runtime.goexit")).Func; got != "runtime.gopark" {
		t.Errorf("position of a runtime goroutine is in %s", got)
	}
}

// FuzzStitch: own frames are always a prefix of the result, and nothing of the
// chain is lost.
func FuzzStitch(f *testing.F) {
	f.Add("main.worker main.start.gowrap1 runtime.goexit", "main.start main.main|main.a")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, own, chain string) {
		in := Segment{Goroutine: 3, Frames: frames(strings.Fields(own)...)}
		var c Chain
		if chain != "" {
			for _, link := range strings.Split(chain, "|") {
				c.Links = append(c.Links, Link{Frames: frames(strings.Fields(link)...)})
			}
		}
		s := Stitch(in, c)
		if len(s.Segments) != 1+len(c.Links) {
			t.Fatalf("%d segments of %d links", len(s.Segments), len(c.Links))
		}
		got := s.Segments[0].Frames
		if len(got) > len(in.Frames) || !slices.Equal(got, in.Frames[:len(got)]) {
			t.Fatalf("own frames %q are no prefix of %q", names(got), names(in.Frames))
		}
		for _, f := range in.Frames[len(got):] {
			if len(c.Links) == 0 {
				t.Fatalf("own frame %s was dropped without a chain", f.Func)
			}
		}
		for i, l := range c.Links {
			if !slices.Equal(s.Segments[i+1].Frames, l.Frames) {
				t.Fatalf("link %d changed", i)
			}
		}
	})
}

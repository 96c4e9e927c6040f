package render

import (
	"strings"
	"testing"

	"github.com/dlvx/dlvx/stitch"
)

// Labels cannot break a line, or take over a terminal.
func TestTableOfLabels(t *testing.T) {
	var b strings.Builder
	gs := []*stitch.Goroutine{
		{ID: 1, State: stitch.State{Status: "running"}},
		{ID: 2, State: stitch.State{Status: "running"}, Labels: map[string]string{"user": "ann", "job": "a\x1b[31m\tb"}},
	}
	if err := Table(&b, gs, Style{}); err != nil {
		t.Fatal(err)
	}
	want := `ID  STATE    BEGAN IN  STANDS AT  CREATED BY  LABELS
1   running  -         -          -           -
2   running  -         -          -           job="a\x1b[31m\tb" user=ann
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The runtime's own goroutines stand where what they are there for waits.
func TestTableOfSystem(t *testing.T) {
	var b strings.Builder
	park := stitch.Frame{Func: "runtime.gopark", File: "/go/proc.go", Line: 463}
	sweeper := stitch.Goroutine{
		ID: 3, System: true, State: stitch.State{Status: "waiting", Wait: "GC sweep wait", At: park},
		Own: []stitch.Frame{park, {Func: "runtime.bgsweep", File: "/go/mgcsweep.go", Line: 279}},
	}
	if err := Table(&b, []*stitch.Goroutine{&sweeper}, Style{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "GC sweep wait  runtime.bgsweep  runtime.bgsweep /go/mgcsweep.go:279  -\n") {
		t.Errorf("got\n%s", &b)
	}
}

// TestNarrowTable: where there is little room, what tells goroutines apart stays:
// the ends of names, and the lines of files.
func TestNarrowTable(t *testing.T) {
	const pkg = "example.com/gossip/memberlist.(*Memberlist)."
	at := func(fn, file string, line int) stitch.Frame {
		return stitch.Frame{Func: fn, File: "/src/memberlist/" + file, Line: line}
	}
	goroutine := func(id int64, own, site stitch.Frame) *stitch.Goroutine {
		return &stitch.Goroutine{
			ID: id, State: stitch.State{Status: "waiting", Wait: "select", At: own}, Own: []stitch.Frame{own},
			Chain: stitch.Chain{Links: []stitch.Link{{Spawner: 1, Frames: []stitch.Frame{site}}}},
		}
	}
	gs := []*stitch.Goroutine{
		goroutine(27, at(pkg+"streamListen", "net.go", 229), at(pkg+"start", "memberlist.go", 236)),
		goroutine(28, at(pkg+"packetListen", "net.go", 367), at(pkg+"start", "memberlist.go", 237)),
	}
	gs[1].Own = append([]stitch.Frame{at("net.(*UDPConn).ReadFrom", "udpsock.go", 120)}, gs[1].Own...)
	gs[1].State.At = gs[1].Own[0]
	for width, want := range map[int]string{
		100: `ID  STATE   BEGAN IN                         STANDS AT                        CREATED BY
27  select  …ist.(*Memberlist).streamListen  net.go:229                       1 at memberlist.go:236
28  select  …ist.(*Memberlist).packetListen  …PConn).ReadFrom udpsock.go:120  1 at memberlist.go:237
`,
		70: `ID  STATE   BEGAN IN            STANDS AT           CREATED BY
27  select  …ist).streamListen  net.go:229          …memberlist.go:236
28  select  …ist).packetListen  …om udpsock.go:120  …memberlist.go:237
`,
	} {
		var b strings.Builder
		if err := Table(&b, gs, Style{Width: width}); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != want {
			t.Errorf("%d columns: got\n%s\nwant\n%s", width, got, want)
		}
	}
}

package delve

import (
	"bytes"
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/pkg/terminal"
)

func TestParseListing(t *testing.T) {
	yes, no := true, false
	for args, want := range map[string]listing{
		"":                      {},
		"-t -all func:x":        {stacks: true, groups: &no},
		"-groups":               {groups: &yes},
		"-depth 3 -worker":      {depth: 3},
		"-worker -all":          {}, // behind the filter's words, one of those
		"wait:10s state:select": {timed: true},
	} {
		got, err := parseListing(args, "-t", "-all", "-groups", "-depth")
		if err != nil || got.stacks != want.stacks || got.depth != want.depth || got.timed != want.timed ||
			(got.groups == nil) != (want.groups == nil) || got.groups != nil && *got.groups != *want.groups {
			t.Errorf("%q: got %+v (%v)", args, got, err)
		}
		if got.filter.System != stitch.WithSystem {
			t.Errorf("%q: the runtime's own are left out", args)
		}
	}
	for args, why := range map[string]string{
		"-u func:x":      "-u does not go with the filter",
		"-t -group user": "-group does not go with the filter",
		"-depth 0":       "a number of levels is expected",
		"-depth":         "a number of levels is expected",
		"wait:x":         "a duration is expected",
	} {
		if _, err := parseListing(args, "-t", "-depth"); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: error %v, want %q", args, err, why)
		}
	}
	if l, err := parseListing("system:only", "-t"); err != nil || l.filter.System != stitch.OnlySystem {
		t.Errorf("system:only: %+v, %v", l, err)
	}
}

// TestRanked: the order of lines, and who is in which.
func TestRanked(t *testing.T) {
	worker := []stitch.Frame{{Func: "main.worker", File: "main.go", Line: 9}}
	by := func(id int64) stitch.Chain {
		return stitch.Chain{Links: []stitch.Link{{Spawner: id, Frames: []stitch.Frame{{Func: "main.start", File: "main.go", Line: 3}}}}}
	}
	waiting := stitch.State{Status: "waiting", Wait: "select"}
	gs := []stitch.Goroutine{
		{ID: 1, State: waiting},
		{ID: 2, State: waiting, System: true},
		{ID: 3, State: waiting, Own: worker, Chain: by(1)},
		{ID: 4, State: waiting, Own: worker, Chain: by(1)},
		{ID: 5, State: waiting, Own: worker, Chain: by(1)},
		{ID: 6, State: stitch.State{Status: "running"}, Own: worker, Chain: by(1)},
	}
	halt := stitch.Halt{Selected: 4, Hit: []int64{6}, Threads: map[int64]int{4: 77}}
	show := func(grouped bool) (ids [][]int64) {
		for _, l := range ranked(gs, halt, grouped) {
			var members []int64
			for _, g := range l.Goroutines {
				members = append(members, g.ID)
			}
			ids = append(ids, members)
			if first := members[0]; l.Selected != (first == 4) || (l.Thread == 77) != (first == 4) {
				t.Errorf("line of %v: %+v", members, l)
			}
		}
		return ids
	}
	for grouped, want := range map[bool][][]int64{
		true:  {{6}, {4}, {1}, {3, 5}, {2}},
		false: {{6}, {4}, {1}, {3}, {5}, {2}},
	} {
		if got := show(grouped); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("grouped %t: got %v, want %v", grouped, got, want)
		}
	}
	if got := ranked(nil, halt, true); len(got) != 0 {
		t.Errorf("of none: %v", got)
	}
}

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	tick := make(chan time.Time)
	done := progress(&b, "reading goroutines", tick)
	done()
	done()
	if b.Len() > 0 {
		t.Errorf("before the first tick: %q", b.String())
	}
	done = progress(&b, "reading goroutines", tick)
	tick <- time.Time{}
	tick <- time.Time{}
	done()
	if want := "\rreading goroutines ... 1s (^C to stop)\rreading goroutines ... 2s (^C to stop)\r\x1b[K"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

// TestListingInterrupted: ^C ends a listing; the program is not halted, which
// stands still, nor when it goes on.
func TestListingInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can interrupt itself")
	}
	c, delve, chains, _ := newTestClient(t)
	chains.during = func(ctx context.Context) error {
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		if err := self.Signal(os.Interrupt); err != nil {
			return err
		}
		<-ctx.Done()
		if _, err := c.Halt(); err != nil { // as the terminal does
			return err
		}
		return ctx.Err()
	}
	var b bytes.Buffer
	if err := tree(c, &b, nil, ""); err != nil || b.String() != "interrupted\n" {
		t.Errorf("got %q, error %v", b.String(), err)
	}
	if delve.halts != 0 {
		t.Error("the program was halted")
	}
	if _, err := c.Halt(); err != nil || delve.halts != 1 {
		t.Errorf("after the listing: %d halts, %v", delve.halts, err)
	}
}

func TestListingFails(t *testing.T) {
	c, _, chains, _ := newTestClient(t)
	chains.err = errors.New("no goroutines")
	var b bytes.Buffer
	if err := tree(c, &b, nil, ""); !errors.Is(err, chains.err) || b.Len() > 0 {
		t.Errorf("got %q, error %v", b.String(), err)
	}
	// Never less than Delve has.
	asked := false
	in := call{goid: selected, delve: func(*terminal.Term) error { asked = true; return nil }}
	if err := goroutines(c, &b, nil, in); err != nil || !asked {
		t.Errorf("Delve's list was asked for: %t, error %v", asked, err)
	}
}

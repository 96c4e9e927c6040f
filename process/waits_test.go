//go:build linux && (amd64 || arm64)

package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/stitch"
)

// TestWaits holds what a snapshot says of what goroutines wait on against what the
// program says of it.
func TestWaits(t *testing.T) {
	builds := map[string][]string{
		"plain":        nil,
		"unoptimised":  {"-gcflags=all=-N -l"},
		"stripped pie": {"-buildmode=pie", "-ldflags=-s -w"},
	}
	if os.Getenv(matrixVar) != "" {
		for _, release := range releases {
			builds[release] = []string{"GOTOOLCHAIN=" + release}
			builds[release+" stripped pie"] = []string{"GOTOOLCHAIN=" + release, "-buildmode=pie", "-ldflags=-s -w"}
		}
	}
	for name, args := range builds {
		t.Run(name, func(t *testing.T) {
			p, text := startTelling(t, build(t, "waits", args...))
			process := open(t, p.pid())
			for _, nonstop := range []bool{false, true} {
				s := snapshot(t, process, nonstop)
				checkWaits(t, process, waitsOf(t, s), parseThings(text))
				s.Close()
			}
		})
	}
}

// startTelling starts a program and returns what it says up to an empty line.
func startTelling(t testing.TB, exe string) (p *target, text string) {
	t.Helper()
	cmd := exec.Command(exe)
	// A program of a module of Go 1.21, as these are, has timers as of then, whose
	// channels do not lead to them.
	// A collection may move stacks while they are read.
	cmd.Env = append(os.Environ(), "GODEBUG=asynctimerchan=0", "GOGC=off")
	p = startCmd(t, cmd)
	for {
		line, err := p.out.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "\n" {
			return p, text
		}
		text += line
	}
}

// waitsOf returns what goroutines wait on, by the functions that they began in.
func waitsOf(t testing.TB, s *Snapshot) map[string]*stitch.Wait {
	t.Helper()
	r := goruntime.NewReader(s, discard)
	waits, err := r.Waits(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	gs, err := r.Goroutines(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*stitch.Wait{}
	for _, g := range gs {
		if name, ok := strings.CutPrefix(g.Entry().Func, "main."); ok {
			all[name] = waits[g.ID]
		}
	}
	return all
}

// parseThings reads the lines that the program prints, by their first words.
func parseThings(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		name, thing, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		all[name] = thing
	}
	return all
}

func checkWaits(t *testing.T, p *Process, waits map[string]*stitch.Wait, things map[string]string) {
	t.Helper()
	minor, _ := strconv.Atoi(strings.Split(strings.TrimPrefix(p.GoVersion(), "go1."), ".")[0])
	ops := map[string]stitch.Op{
		"receive": stitch.OpReceive, "receive2": stitch.OpReceive, "send": stitch.OpSend, "timer": stitch.OpReceive,
		"sleep": stitch.OpSleep, "lock": stitch.OpLock, "lock2": stitch.OpLock, "drain": stitch.OpDrain,
		"writer": stitch.OpLock, "reader": stitch.OpRLock, "wait": stitch.OpWait, "wait2": stitch.OpWait,
		"signal": stitch.OpWait, "signal2": stitch.OpWait, "read": stitch.OpRead,
	}
	first := func(name string) stitch.Case {
		w := waits[name]
		switch {
		case w == nil || w.Unknown != "" || len(w.Cases) == 0:
			t.Errorf("%s waits on %v", name, w)
			return stitch.Case{On: &stitch.Object{}}
		case w.Cases[0].On == nil:
			return stitch.Case{Op: w.Cases[0].Op, Due: w.Cases[0].Due, On: &stitch.Object{}}
		}
		return w.Cases[0]
	}
	for name, op := range ops {
		if w := waits[name]; w == nil || len(w.Cases) != 1 || w.Cases[0].Op != op {
			t.Errorf("%s waits on %v", name, w)
		}
	}
	if w := waits["never"]; w == nil || w.Never != "the channel is nil" || len(w.Cases) != 0 {
		t.Errorf("on a nil channel: %v", w)
	}
	for name, want := range map[string]struct {
		thing   string
		waiters int
	}{"receive": {things["receive"], 3}, "send": {things["send"], 2}} {
		o := first(name).On
		if got := fmt.Sprintf("chan %s %#x %d/%d", o.Elem, o.Addr, o.Len, o.Cap); got != want.thing || len(o.Waiters) != want.waiters || o.Closed || o.Timer {
			t.Errorf("%s: %s, %+v; want %v", name, got, o, want)
		}
	}
	for name, want := range map[string]struct {
		kind    stitch.Kind
		waiters int
	}{"lock": {stitch.Mutex, 2}, "drain": {stitch.RWMutex, 3}, "wait": {stitch.WaitGroup, 2}, "signal": {stitch.Cond, 2}} {
		o := first(name).On
		if o.Kind != want.kind || fmt.Sprintf("%#x", o.Addr) != things[name] || len(o.Waiters) != want.waiters {
			t.Errorf("%s: %+v; want %v at %s", name, o, want, things[name])
		}
	}
	for _, pair := range [][2]string{{"receive", "receive2"}, {"lock", "lock2"}, {"drain", "writer"}, {"drain", "reader"}, {"wait", "wait2"}, {"signal", "signal2"}} {
		if first(pair[0]).On != first(pair[1]).On {
			t.Errorf("%v wait on different objects", pair)
		}
	}
	if o := first("lock").On; !o.Locked {
		t.Errorf("a mutex that is locked: %+v", o)
	}
	if o := first("drain").On; !o.Locked || o.Readers != 2 {
		t.Errorf("a lock that two have for reading, while a writer waits: %+v", o)
	}
	if o := first("wait").On; o.Counter != 3 {
		t.Errorf("a group of three: %+v", o)
	}
	if o := first("read").On; o.Kind != stitch.File || o.Name != things["read"] {
		t.Errorf("a connection: %+v; want %s", o, things["read"])
	}
	inAnHour := func(name string, c stitch.Case) {
		if c.Due == nil || *c.Due > time.Hour || *c.Due < 0 {
			t.Errorf("%s is due in %v", name, c.Due)
		}
	}
	inAnHour("read", first("read"))
	if minor >= 23 { // before, nothing leads to the timer
		inAnHour("sleep", first("sleep"))
		inAnHour("timer", first("timer"))
		if o := first("timer").On; !o.Timer || !strings.Contains(things["timer"], fmt.Sprintf("%#x", o.Addr)) {
			t.Errorf("a timer's channel: %+v; want %s", o, things["timer"])
		}
	}
	w := waits["choose"]
	if w == nil || len(w.Cases) != 3 || w.Unknown != "" || w.Cut {
		t.Fatalf("a select waits on %v", w)
	}
	got := map[*stitch.Object]stitch.Op{}
	for _, c := range w.Cases {
		got[c.On] = c.Op
	}
	if got[first("receive").On] != stitch.OpReceive || got[first("send").On] != stitch.OpSend || got[first("timer").On] != stitch.OpReceive {
		t.Errorf("a select waits on %v", w)
	}
}

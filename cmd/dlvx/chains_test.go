package main

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/dlvx/dlvx/stitch"
)

// A fakeProcess is a session that only knows which process it looks into.
type fakeProcess struct {
	pid   int
	asked map[int]int // by pid
}

func (p fakeProcess) Pid() int { return p.pid }

func (p fakeProcess) ReadMemory(uint64, []byte) error { return errors.New("no memory") }

func (p fakeProcess) Eval(int64, string) (uint64, error) {
	p.asked[p.pid]++
	return 0, errors.New("no symbols")
}

func (p fakeProcess) Stack(int64, int) ([]stitch.Frame, error) { return nil, errors.New("no stack") }

// Goroutine 1 of one process is not that of another one.
func TestProcessesAreKeptApart(t *testing.T) {
	asked := map[int]int{}
	selected, gone := 10, false
	open := func() (process, error) {
		if gone {
			return nil, errors.New("nothing is selected")
		}
		return fakeProcess{selected, asked}, nil
	}
	first, _ := open()
	p := newProcesses(first, open, slog.New(slog.DiscardHandler))
	ask := func(want int) {
		t.Helper()
		clear(asked)
		_, _ = p.Chain(1, 0)
		if asked[want] == 0 || len(asked) != 1 {
			t.Errorf("asked %v, want %d", asked, want)
		}
	}
	ask(10)
	selected = 20
	ask(10) // the stop is still the same
	p.Reset()
	ask(20)
	reader := p.Reader
	selected = 10
	p.Reset()
	ask(10)
	selected = 20
	p.Reset()
	ask(20)
	if p.Reader != reader {
		t.Error("what was read of process 20 is not kept")
	}
	gone = true
	p.Reset()
	ask(20)
}

package debugmode

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sync"
)

// An Inlet takes the records of processes that somebody else starts as
// children of this one: a debugger in it. They inherit the file descriptor to
// write to, as does whatever else this process starts until Close. Its methods
// may be used by many goroutines at once.
type Inlet struct {
	name, value string
	stop        stopLine
	r, w        *os.File
	closeChild  func() error // the children's end, which is w's copy
	sink        func(records io.Reader)
	runs        chan struct{} // one has been handed over
	ended       chan struct{} // so has the last

	mu sync.Mutex // held during Settle
}

// Inlet makes an inlet. sink is called for the records of one run of the
// program after the other, on a goroutine that ends with Close; it reads each to
// its end, or gives up on it. The error says that this system has no such thing.
func (s Settings) Inlet(sink func(records io.Reader)) (*Inlet, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe for the debug mode: %w", err)
	}
	fd, closeChild, err := inheritable(w)
	if err != nil {
		r.Close()
		w.Close()
		return nil, fmt.Errorf("making a pipe for the debug mode: %w", err)
	}
	in := &Inlet{
		name: variable, value: s.value(fd), stop: newStopLine(), r: r, w: w, closeChild: closeChild, sink: sink,
		runs: make(chan struct{}), ended: make(chan struct{}),
	}
	go in.pump()
	return in, nil
}

// Variable returns the environment variable by which a process is watched, and
// its value.
func (in *Inlet) Variable() (name, value string) { return in.name, in.value }

// Settle returns once sink has had all that was written by processes that have
// ended, and begins another run.
func (in *Inlet) Settle() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.stop.write(in.w) != nil {
		return // it has been closed
	}
	select {
	case <-in.runs:
	case <-in.ended:
	}
}

// Close ends the last run. What has not been read is lost.
func (in *Inlet) Close() {
	in.closeChild()
	in.w.Close()
	in.r.Close() // a process may still have the other end
	<-in.ended
}

// pump hands over run after run. A sink that gives up keeps no process waiting.
func (in *Inlet) pump() {
	defer close(in.ended)
	for lines := bufio.NewReader(in.r); ; {
		records := &run{lines: lines, stop: in.stop}
		in.sink(records)
		io.Copy(io.Discard, records)
		if !records.stopped {
			return
		}
		in.runs <- struct{}{} // Settle waits for it
	}
}

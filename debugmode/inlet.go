package debugmode

import (
	"bufio"
	"bytes"
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
		name: variable, value: s.value(fd), r: r, w: w, closeChild: closeChild, sink: sink,
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
	if _, err := io.WriteString(in.w, "\n"+stop+"\n"); err != nil { // behind whatever a process that was killed has left
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
	lines := bufio.NewReader(in.r)
	for more := true; more; {
		r, w := io.Pipe()
		done := make(chan struct{})
		go func() {
			in.sink(r)
			r.Close()
			close(done)
		}()
		more = copyRun(w, lines)
		w.Close()
		<-done
		if more {
			in.runs <- struct{}{} // Settle waits for it
		}
	}
}

// copyRun copies what stands before the next stop line; false: there is none.
func copyRun(w io.Writer, lines *bufio.Reader) bool {
	for begins := true; ; {
		line, err := lines.ReadSlice('\n')
		if begins && bytes.Equal(line, []byte(stop+"\n")) {
			return true
		}
		w.Write(line) // to a sink that has given up: nowhere
		if err != nil && err != bufio.ErrBufferFull {
			return false
		}
		begins = err == nil
	}
}

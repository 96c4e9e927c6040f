package dapproxy

import (
	"io"
	"sync"
)

// maxPiped is how many bytes may wait in one direction of a Pipe.
const maxPiped = 1 << 20

// Pipe returns the two ends of a connection in memory that buffers, for a
// Delve in the same process. With net.Pipe, where each Write waits for its
// reader, an answer takes a third longer: Delve writes a message's header and
// body one by one.
func Pipe() (a, b io.ReadWriteCloser) {
	x, y := newStream(), newStream()
	return &pipeEnd{in: x, out: y}, &pipeEnd{in: y, out: x}
}

type pipeEnd struct{ in, out *stream }

func (e *pipeEnd) Read(p []byte) (int, error)  { return e.in.read(p) }
func (e *pipeEnd) Write(p []byte) (int, error) { return e.out.write(p) }

// Close ends both directions. What this end has written can still be read.
func (e *pipeEnd) Close() error {
	e.in.close(true)
	e.out.close(false)
	return nil
}

// A stream is one direction of a pipe.
type stream struct {
	mu      sync.Mutex
	changed sync.Cond
	waiting []byte
	closed  bool
}

func newStream() *stream {
	s := &stream{}
	s.changed.L = &s.mu
	return s
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) == 0 {
		if s.closed {
			return 0, io.EOF
		}
		s.changed.Wait()
	}
	n := copy(p, s.waiting)
	if s.waiting = s.waiting[n:]; len(s.waiting) == 0 {
		s.waiting = nil
	}
	s.changed.Broadcast()
	return n, nil
}

func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if s.closed {
			return n, io.ErrClosedPipe
		}
		part := min(len(p)-n, maxPiped-len(s.waiting))
		s.waiting = append(s.waiting, p[n:n+part]...)
		s.changed.Broadcast()
		if n += part; n == len(p) {
			return n, nil
		}
		s.changed.Wait()
	}
}

// close ends the stream; drop tells that nobody will read what is left.
func (s *stream) close(drop bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if drop {
		s.waiting = nil
	}
	s.changed.Broadcast()
}

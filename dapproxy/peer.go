package dapproxy

import (
	"bufio"
	"io"
	"sync"
	"time"
)

// maxSeq is the highest number that is kept. Every JSON reader keeps numbers
// below 1<<53 exactly.
const maxSeq = 1 << 52

// window is how far a number may stand behind the highest one and still be
// new: Delve numbers its messages before it sends them, from several
// goroutines, so that 32 may come before 31.
const window = 64

// A peer is one of the two connections. It owns the sequence numbers of what
// is sent over it.
type peer struct {
	conn io.ReadWriteCloser
	in   *bufio.Reader

	mu    sync.Mutex    // serialises writes
	last  int64         // the highest number that was sent
	taken [window]int64 // the numbers above last-window that were sent, at n%window
}

func newPeer(conn io.ReadWriteCloser) *peer {
	return &peer{conn: conn, in: bufio.NewReaderSize(conn, maxTrusted)}
}

// How long a connection stays open for reading after its end: as long as
// something comes within quiet, at most lingering.
const (
	lingering = 3 * time.Second
	quiet     = 100 * time.Millisecond
)

// finish says on the connection that nothing more will come. A TCP connection
// that is closed while something has not been read is reset, and what the other
// side has still to read may be lost to it (RFC 1122, 4.2.2.13); so it stays open
// for [peer.drain]. Others are closed.
func (p *peer) finish() {
	half, ok := p.conn.(halfCloser)
	if !ok || half.SetDeadline(time.Now().Add(quiet)) != nil || half.CloseWrite() != nil {
		p.conn.Close()
	}
}

// drain drops what still comes.
func (p *peer) drain() {
	half, ok := p.conn.(halfCloser)
	if !ok {
		return
	}
	end := time.Now().Add(lingering)
	for buf := make([]byte, maxTrusted); ; {
		next := time.Now().Add(quiet)
		if next.After(end) || half.SetReadDeadline(next) != nil {
			return
		}
		if _, err := p.conn.Read(buf); err != nil {
			return
		}
	}
}

// A halfCloser is a connection of which one direction can be closed.
type halfCloser interface {
	CloseWrite() error
	SetDeadline(time.Time) error
	SetReadDeadline(time.Time) error
}

// number returns want if no message had that number, else the next one.
func (p *peer) number(want int64) int64 {
	if fresh := want > p.last-window && p.taken[(want%window+window)%window] != want; !fresh || want <= 0 || want > maxSeq {
		want = p.last + 1
	}
	p.last = max(p.last, want)
	p.taken[want%window] = want
	return want
}

// send writes m under a number of this peer's: the number that it has if that
// is free, so that a session into which the proxy puts nothing keeps its
// numbers. register, unless nil, is called with the number before anything is
// written: the answer may be there before the write returns.
func (p *peer) send(m message, requestSeq int64, register func(seq int64)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	seq := p.number(m.seq)
	if register != nil {
		register(seq)
	}
	return writeBody(p.conn, m.renumbered(seq, requestSeq))
}

// A request is one that has been sent and not been answered.
type request struct {
	from    message                      // the client's request; zero for one of the proxy's own
	own     bool                         // made by the proxy: nobody else may see the answer
	answer  func(message) (handled bool) // called by the server's reader with the answer; must not wait
	answers int                          // how many answers have come
}

// A table holds the requests that have been sent to the server.
type table struct {
	mu       sync.Mutex
	requests map[int64]*request
	closed   bool
}

// add registers a request under its number. It reports false when the other
// side is gone and no answer will come.
func (t *table) add(seq int64, r *request) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	if t.requests == nil {
		t.requests = map[int64]*request{}
	}
	t.requests[seq] = r
	return true
}

// take returns the request that an answer belongs to, or nil.
func (t *table) take(seq int64) *request {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.requests[seq]
	if r == nil {
		return nil
	}
	r.answers++
	// Delve acknowledges a restart first, and answers once more if it fails.
	if r.from.command != "restart" {
		delete(t.requests, seq)
	}
	return r
}

// close returns the requests that will stay without an answer. None can be
// added any more.
func (t *table) close() []*request {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	return t.drain()
}

// drain returns the requests that will stay without an answer.
func (t *table) drain() []*request {
	t.mu.Lock()
	defer t.mu.Unlock()
	var left []*request
	for _, r := range t.requests {
		if r.answers == 0 {
			left = append(left, r)
		}
	}
	t.requests = nil
	return left
}

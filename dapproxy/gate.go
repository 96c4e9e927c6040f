package dapproxy

import (
	"context"
	"sync"

	"github.com/google/go-dap"
)

// A gate knows whether the target is stopped, and lets nobody ask questions
// about a stop while the target runs.
type gate struct {
	ctx  context.Context               // done when the session is over
	look func() (id any, stopped bool) // [Config.Stop]

	mu   sync.Mutex
	open bool  // stopped, and no request to resume is under way
	stop *stop // the present or last stop; nil before the first and after the end
	busy int   // questions that have not been answered
	idle chan struct{}

	patient context.Context // of questions that take long: done when it is no longer open
	hurry   context.CancelFunc
}

// stopped begins a new stop.
func (g *gate) stopped(s *stop) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.begin(s)
}

// begin opens the gate at a stop. The caller holds mu.
func (g *gate) begin(s *stop) {
	g.close()
	g.stop, g.open = s, true
	g.patient, g.hurry = context.WithCancel(g.ctx)
}

// close lets nobody in, and long questions end. The caller holds mu.
func (g *gate) close() {
	g.open = false
	if g.hurry != nil {
		g.hurry()
	}
}

// shut ends the stop without waiting for anyone.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.close()
	g.stop = nil
}

// enter begins a question about the present stop. leave must be called when it
// is answered: until then no request to resume is passed on.
func (g *gate) enter() (s *stop, leave func(), ok bool) {
	id, stopped := any(nil), true
	if g.look != nil && g.isOpen() {
		id, stopped = g.look()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.open || !stopped {
		return nil, nil, false
	}
	switch was := g.stop.id; {
	case was == nil:
		g.stop.id = id
	case id != nil && id != was:
		// Somebody else has let the target run meanwhile.
		g.begin(newStop())
		g.stop.id = id
	}
	g.busy++
	return g.stop, g.leave, true
}

func (g *gate) isOpen() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

// enterLong is enter for a question that may take long. It must give up when ctx
// is done, so that nobody who resumes the target waits for it.
func (g *gate) enterLong() (ctx context.Context, s *stop, leave func(), ok bool) {
	s, leave, ok = g.enter()
	if !ok {
		return nil, nil, nil, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.patient, s, leave, true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy--; g.busy == 0 && g.idle != nil {
		close(g.idle)
		g.idle = nil
	}
}

// suspend lets no more questions begin. It returns the stop that a later reopen
// or renew needs: nil if there was none. Those under way go on: see drained.
func (g *gate) suspend() *stop {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.open {
		return nil
	}
	g.close()
	return g.stop
}

// drained returns a channel that is closed once no question is under way.
func (g *gate) drained() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	idle := g.idle
	if idle == nil {
		idle = make(chan struct{})
		if g.busy > 0 {
			g.idle = idle
		} else {
			close(idle)
		}
	}
	return idle
}

// reopen takes a suspend back: the target was not resumed after all.
func (g *gate) reopen(s *stop) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s != nil && g.stop == s {
		g.begin(s)
	}
}

// renew begins a new stop in place of a suspended one: the target ran and is
// stopped again, without an event that says so. It tells whether it did: false
// where there was an event.
func (g *gate) renew(s *stop) (renewed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s == nil || g.stop != s {
		return false
	}
	g.begin(newStop())
	return true
}

// current returns the present stop while questions may be asked about it, by
// those that have entered included.
func (g *gate) current() *stop {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open || g.busy > 0 {
		return g.stop
	}
	return nil
}

// at tells whether the target still stands at a stop, and nobody is about to
// resume it.
func (g *gate) at(s *stop) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open && g.stop == s
}

// A stop is what is known of the target between two resumes.
type stop struct {
	id        any                            // what look said of it at the first question; guarded by the gate
	at        int                            // the goroutine that the client was told it is of; 0: it was not
	exception *dap.ExceptionInfoResponseBody // of no goroutine, of which Delve knows nothing later; nil: there is none
	snapshots chan *snapshot                 // holds the one of the stop, nil as long as none is taken; empty while it is being taken

	mu      sync.Mutex
	tails   map[int]*tail  // what is added under a thread's own frames
	added   [][]addedFrame // of each stack; their frame ids, which follow each other, are also variables references
	topmost map[int64]int  // Delve's id of a goroutine's topmost frame
	focused []focused      // goroutines that the client has asked to be shown
	found   map[int]bool   // goroutines that Delve need not search for
}

func newStop() *stop {
	s := &stop{
		snapshots: make(chan *snapshot, 1),
		tails:     map[int]*tail{}, topmost: map[int64]int{}, found: map[int]bool{},
	}
	s.snapshots <- nil
	return s
}

func (s *stop) frame(id int) *addedFrame {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, frames := range s.added {
		if i := id - frames[0].id; i >= 0 && i < len(frames) {
			return &frames[i]
		}
	}
	return nil
}

// hasAdded tells whether the client has been sent frames of the proxy's.
func (s *stop) hasAdded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.added) > 0
}

func (s *stop) isFound(goroutine int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.found[goroutine]
}

func (s *stop) setFound(goroutine int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found[goroutine] = true
}

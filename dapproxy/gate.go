package dapproxy

import "sync"

// A gate knows whether the target is stopped, and lets nobody ask questions
// about a stop while the target runs.
type gate struct {
	mu   sync.Mutex
	open bool  // stopped, and no request to resume is under way
	stop *stop // the present or last stop; nil before the first and after the end
	busy int   // questions that have not been answered
	idle chan struct{}
}

// stopped begins a new stop.
func (g *gate) stopped() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stop, g.open = newStop(), true
}

// shut ends the stop without waiting for anyone.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stop, g.open = nil, false
}

// enter begins a question about the present stop. leave must be called when it
// is answered: until then no request to resume is passed on.
func (g *gate) enter() (s *stop, leave func(), ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.open {
		return nil, nil, false
	}
	g.busy++
	return g.stop, g.leave, true
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
	g.open = false
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
		g.open = true
	}
}

// renew begins a new stop in place of a suspended one: the target ran and is
// stopped again, without an event that says so.
func (g *gate) renew(s *stop) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s != nil && g.stop == s {
		g.stop, g.open = newStop(), true
	}
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

// A stop is what is known of the target between two resumes.
type stop struct {
	mu      sync.Mutex
	tails   map[int]*tail       // what is added under a thread's own frames
	added   map[int]*addedFrame // by frame id; also by variables reference
	topmost map[int64]int       // Delve's id of a goroutine's topmost frame
}

func newStop() *stop {
	return &stop{tails: map[int]*tail{}, added: map[int]*addedFrame{}, topmost: map[int64]int{}}
}

func (s *stop) frame(id int) *addedFrame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.added[id]
}

package goruntime

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dlvx/dlvx/stitch"
)

// A nowReader is a Session whose program goes on after the stop: of it the
// Session has a copy of goroutines and stacks, and what these point to may be of
// a later moment. ReadNow reads what is there now, also of what was copied.
type nowReader interface {
	ReadNow(ranges []Range) error
}

// A fileNamer is a Session that knows what a file descriptor of the program is
// open on; "": it does not.
type fileNamer interface {
	FileName(fd int) string
}

// Waits returns what the blocked goroutines of this stop wait on, by their ids:
// of those that wait for other goroutines, for the network or a time. It is made
// once in a stop, and shared, as [Reader.Goroutines].
//
// Where the program goes on while it is read, a goroutine that has done so, too,
// has a Wait that says that, and no object.
func (r *Reader) Waits(ctx context.Context) (map[int64]*stitch.Wait, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.open()
	if err == nil && p.list == nil {
		err = p.listAll(ctx)
	}
	if err == nil && p.waiting == nil {
		err = p.readWaits(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what goroutines wait on: %w", err)
	}
	return p.waiting, nil
}

// A sleeper is a blocked goroutine, on its way to its Wait.
type sleeper struct {
	g      *goroutine
	own    []stitch.Frame
	reason string // as in State.Wait, without what is said of synctest's bubbles
	sudog  uint64 // g.waiting: the first of its sudogs; 0: none
	until  uint64 // g.sleepWhen
	seq    byte   // g.trackingSeq
	sudogs []*sudog
	wait   stitch.Wait
}

// A sudog stands for a goroutine in a queue.
type sudog struct {
	addr, g, next, elem, waitlink, c uint64

	queue stitch.Op // the queue of its channel that it is in; "": none
}

// bounds on what is followed.
const (
	maxCases     = 256   // of a select
	maxStrangers = 10000 // sudogs in queues that belong to nobody in the list
)

func (p *program) readWaits(ctx context.Context) error {
	if p.waitLayout == nil {
		p.waitLayout = p.readWaitLayout()
	}
	all := p.sleepers()
	w := waitReader{program: p, layout: p.waitLayout, sudogs: make(map[uint64]*sudog, len(all)), objects: map[uint64]*stitch.Object{}}
	for _, step := range []func([]*sleeper) error{w.readGs, w.channels, w.semaphores, w.conds, w.files, w.sleeps, w.needs, w.verify} {
		if err := p.letIn(ctx); err != nil {
			return err
		}
		if err := step(all); err != nil {
			return err
		}
	}
	p.waiting = make(map[int64]*stitch.Wait, len(all))
	waits := make([]stitch.Wait, 0, len(all))
	for _, at := range all {
		if len(at.wait.Cases) == 0 && at.wait.Never == "" && at.wait.Unknown == "" {
			continue
		}
		waits = append(waits, at.wait) // the rest is not needed any more
		wait := &waits[len(waits)-1]
		p.waiting[at.g.id] = wait
		for i, c := range wait.Cases {
			// A select may name a channel twice.
			if c.On != nil && !slices.ContainsFunc(wait.Cases[:i], func(o stitch.Case) bool { return o.On == c.On && o.Op == c.Op }) {
				c.On.Waiters = append(c.On.Waiters, stitch.Waiter{Goroutine: at.g.id, Op: c.Op})
			}
		}
	}
	return nil
}

// sleepers returns the blocked goroutines, by their ids.
func (p *program) sleepers() []*sleeper {
	all := make([]*sleeper, 0, len(p.list))
	room := make([]sleeper, 0, len(p.list))
	for i := range p.list {
		g := &p.list[i]
		at := p.present[g.ID]
		if at == nil || !sleeps(g, at) {
			continue
		}
		room = append(room, sleeper{g: &at.g, own: g.Own, reason: g.State.Wait})
		s := &room[len(room)-1]
		for _, bubble := range []string{" (synctest)", " (durable)"} {
			s.reason = strings.TrimSuffix(s.reason, bubble)
		}
		switch s.reason {
		case "chan receive (nil chan)", "chan send (nil chan)":
			s.wait.Never = "the channel is nil"
		case "select (no cases)":
			s.wait.Never = "a select without cases"
		}
		if g.State.Status == statusNames[statusLeaked] {
			s.wait.Never = "the garbage collector has found that nothing can get at it"
		}
		all = append(all, s)
	}
	return all
}

// sleeps tells whether a goroutine waits, and not on a thread.
func sleeps(g *stitch.Goroutine, at *presence) bool { return g.State.Blocked() && at.g.m == 0 }

// A waitReader reads what goroutines wait on, once.
type waitReader struct {
	*program
	layout  *waitLayout
	sudogs  map[uint64]*sudog
	objects map[uint64]*stitch.Object
	strange int
}

// of returns those that wait for one of the reasons.
func of(all []*sleeper, reasons ...string) []*sleeper {
	var some []*sleeper
	for _, at := range all {
		if slices.Contains(reasons, at.reason) && at.wait.Unknown == "" {
			some = append(some, at)
		}
	}
	return some
}

func word(b []byte, off uint64) uint64 {
	if off == absent {
		return 0
	}
	return binary.LittleEndian.Uint64(b[off:])
}

// gWaitSize returns how many bytes of a runtime.g hold what waits are told by.
func (w *waitReader) gWaitSize() uint64 {
	size := w.gSize()
	for _, off := range []uint64{w.layout.waiting, w.layout.sleepWhen, w.layout.trackingSeq} {
		if off != absent {
			size = max(size, off+wordSize)
		}
	}
	return size
}

// eachG reads the runtime.g's of goroutines, in the order of their addresses, and
// calls f with each and its memory; nil: it cannot be read.
func (w *waitReader) eachG(all []*sleeper, read func([]Range) error, f func(*sleeper, []byte)) error {
	order := slices.Clone(all)
	slices.SortFunc(order, func(a, b *sleeper) int { return cmp.Compare(a.g.addr, b.g.addr) })
	size := w.gWaitSize()
	const atOnce = 2048
	buf := make([]byte, size*uint64(min(atOnce, len(all))))
	ranges := make([]Range, 0, atOnce)
	for some := range slices.Chunk(order, atOnce) {
		ranges = ranges[:0]
		for i, at := range some {
			ranges = append(ranges, Range{Addr: at.g.addr, Buf: buf[uint64(i)*size:][:size]})
		}
		if err := read(ranges); err != nil {
			return err
		}
		for i, at := range some {
			if ranges[i].Err != nil {
				ranges[i].Buf = nil
			}
			f(at, ranges[i].Buf)
		}
	}
	return nil
}

// readGs reads what only waits are told by.
func (w *waitReader) readGs(all []*sleeper) error {
	return w.eachG(all, w.mem.readRanges, func(at *sleeper, b []byte) {
		if b != nil {
			at.sudog, at.until, at.seq = word(b, w.layout.waiting), word(b, w.layout.sleepWhen), byte(word(b, w.layout.trackingSeq))
		}
	})
}

// sleeps tells when sleeps end.
func (w *waitReader) sleeps(all []*sleeper) error {
	for _, at := range of(all, "sleep") {
		at.wait.Cases = []stitch.Case{{Op: stitch.OpSleep, Due: w.due(at.until)}}
	}
	return nil
}

// due returns how far off a time of the target's clock is; nil: not known.
func (w *waitReader) due(when uint64) *time.Duration {
	now := w.time()
	if when == 0 || when > 1<<63-1 || now == 0 {
		return nil
	}
	d := time.Duration(int64(when) - now)
	return &d
}

const hasGoneOn = "the goroutine went on while it was read"

// verify takes back what is said of goroutines that have gone on meanwhile. What
// all others wait on is then of one moment: that between the reading of the last
// object and this.
func (w *waitReader) verify(all []*sleeper) error {
	s, ok := w.session.(nowReader)
	if !ok {
		return nil
	}
	gone := map[int64]bool{}
	err := w.eachG(all, s.ReadNow, func(at *sleeper, b []byte) {
		if b == nil || !w.still(at, b) {
			at.wait = stitch.Wait{Unknown: hasGoneOn}
			gone[at.g.id] = true
		}
	})
	if len(gone) > 0 {
		for _, o := range w.objects {
			o.Needs = slices.DeleteFunc(o.Needs, func(n stitch.Need) bool { return gone[n.Goroutine] })
		}
	}
	return err
}

// still tells whether b, which is its runtime.g, is that of a goroutine that has
// not run since.
func (w *waitReader) still(at *sleeper, b []byte) bool {
	g, err := w.decode(at.g.addr, b)
	return err == nil && g.id == at.g.id && g.status == at.g.status && g.wait == at.g.wait && g.m == 0 &&
		g.sp == at.g.sp && g.pc == at.g.pc &&
		word(b, w.layout.waiting) == at.sudog && byte(word(b, w.layout.trackingSeq)) == at.seq
}

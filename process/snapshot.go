//go:build linux && (amd64 || arm64)

package process

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A Snapshot is a copy of what a program keeps of its goroutines, as of one
// moment, or (see [Snapshot.Atomic]) of one moment for each. It is a
// goruntime.Session, and may be read by several goroutines at once.
type Snapshot struct {
	// Atomic tells that the whole program stood still: otherwise each goroutine
	// is right by itself, but they are not of the same moment, and those that
	// ran have no stack.
	Atomic bool
	// Note says why the program was not stopped although it was wanted; "".
	Note string
	// Stopped is how long the program stood still.
	Stopped time.Duration

	noDebugger
	p       *Process
	now     int64 // the program's monotonic clock, in nanoseconds; 0: not known
	arena   arena
	scratch []byte
	limit   uint64 // bytes of a stack that are copied at most

	gs      []goroutine // in the order of runtime.allgs
	runs    []run
	threads map[uint64]registers // by the thread's number in its own pid namespace
	ms      map[uint64][]byte    // runtime.m's that goroutines are on
	objects map[uint64][]frozen  // what pprof labels and ancestors point to, by that address
	allgs   []frozen
	system  []frozen // parts of the threads' system stacks

	index   index
	mu      sync.Mutex        // held while the process itself is read
	sockets map[string]string // the names of sockets, by their inodes; nil: not asked for
}

// A frozen is a piece of memory that was copied.
type frozen struct {
	addr uint64
	b    []byte
}

// Snapshot copies the program's goroutines. With nonstop it is not stopped for
// that, and neither where it cannot be: then the snapshot's Note says why.
func (p *Process) Snapshot(ctx context.Context, nonstop bool) (*Snapshot, error) {
	// No collection of our own garbage while the target stands still.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	s := &Snapshot{p: p, ms: map[uint64][]byte{}, objects: map[uint64][]frozen{}}
	if err := s.take(ctx, nonstop); err != nil {
		s.Close()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, p.wrap(err)
	}
	s.index = s.newIndex()
	return s, nil
}

// Close frees the snapshot's memory.
func (s *Snapshot) Close() { s.arena.free() }

func (s *Snapshot) take(ctx context.Context, nonstop bool) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := s.p.check(); err != nil {
		return err
	}
	if err := s.prepare(); err != nil {
		return err
	}
	if !nonstop {
		err := s.freeze(ctx)
		if err == nil {
			s.Atomic = true
			return s.check()
		}
		if !errors.Is(err, errNoStop) {
			return err
		}
		s.Note = fmt.Sprintf("process %d was not stopped: %s", s.p.pid, s.why(err))
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	return s.check()
}

// why says why the process could not be stopped.
func (s *Snapshot) why(err error) string {
	if st, e := readStatus(s.p.pid, 0); e == nil && st.tracer != 0 {
		by := st.tracer
		if tracer, e := readStatus(by, 0); e == nil {
			by = tracer.tgid
		}
		return fmt.Sprintf("process %d is tracing it (a debugger?)", by)
	}
	return strings.TrimPrefix(err.Error(), errNoStop.Error()+": ")
}

// prepare copies everything while the program runs.
func (s *Snapshot) prepare() error {
	if err := s.list(); err != nil {
		return err
	}
	if err := s.plan(0); err != nil {
		return err
	}
	if err := s.readRuns(s.runs); err != nil {
		return err
	}
	s.limit = s.stackLimit()
	all := make([]*goroutine, 0, len(s.gs))
	for i := range s.gs {
		all = append(all, &s.gs[i])
	}
	if err := s.copyStacks(all); err != nil {
		return err
	}
	if err := s.copyObjects(all); err != nil {
		return err
	}
	var err error
	if s.scratch, err = s.arena.alloc(4 * maxRun); err != nil {
		return err
	}
	return s.renewRuns(s.runs, func(g *goroutine) { g.hot = true })
}

// freeze stops the program and copies what is not as it was.
func (s *Snapshot) freeze(ctx context.Context) error {
	// What it will be copied to: one part in eight may have changed.
	if err := s.arena.reserve(s.arena.size()/8 + 1<<20); err != nil {
		return err
	}
	var err error
	s.Stopped, err = stop(ctx, s.p.pid, func(threads map[int]registers) error {
		s.threads = s.namespaced(threads)
		return s.renew()
	})
	return err
}

// renew brings the copy up to date while the program stands still.
func (s *Snapshot) renew() error {
	s.now = s.clock()
	if err := s.renewRuns(s.runs, func(g *goroutine) { g.hot = true }); err != nil {
		return err
	}
	known := len(s.gs)
	if err := s.list(); err != nil {
		return err
	}
	if known < len(s.gs) {
		runs := len(s.runs)
		if err := s.plan(known); err != nil {
			return err
		}
		if err := s.readRuns(s.runs[runs:]); err != nil {
			return err
		}
	}
	var changed []*goroutine
	for i := range s.gs {
		g := &s.gs[i]
		if i >= known || g.hot || s.onThread(g) {
			changed = append(changed, g)
		}
	}
	if err := s.copyThreads(changed); err != nil {
		return err
	}
	if err := s.copyStacks(changed); err != nil {
		return err
	}
	return s.copyObjects(changed)
}

// maxRounds is how often a goroutine that does not hold still is tried again.
const maxRounds = 8

// settle makes each goroutine's copy right by itself, without a stop: its
// runtime.g has to be the same before and after its stack was copied.
func (s *Snapshot) settle(ctx context.Context) error {
	s.now = s.clock()
	var pending []*goroutine
	for i := range s.gs {
		g := &s.gs[i]
		if g.hot || s.onThread(g) {
			pending = append(pending, g)
		}
	}
	for round := 0; round < maxRounds && len(pending) > 0; round++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var err error
		if pending, err = s.retry(pending); err != nil {
			return err
		}
	}
	for _, g := range pending {
		g.torn = true
	}
	for i := range s.gs {
		if g := &s.gs[i]; g.torn || g.ok && (s.p.status(g) == statusRunning || s.p.status(g) == statusCopy) {
			g.stack.b = nil
		}
	}
	return nil
}

// onThread tells whether a goroutine may run without its runtime.g changing.
func (s *Snapshot) onThread(g *goroutine) bool { return g.ok && g.word(s.p.g.m) != 0 }

// retry copies goroutines anew and returns those that changed meanwhile.
func (s *Snapshot) retry(pending []*goroutine) (rest []*goroutine, err error) {
	read := func(to func(*goroutine) []byte) ([]piece, error) {
		pieces := make([]piece, len(pending))
		for i, g := range pending {
			pieces[i] = piece{addr: g.addr, buf: to(g)}
		}
		return pieces, s.p.mem.readAll(pieces)
	}
	before, err := read(func(g *goroutine) []byte { return g.b })
	if err != nil {
		return nil, err
	}
	for i, g := range pending {
		g.ok = before[i].ok
	}
	if err := s.copyStacks(pending); err != nil {
		return nil, err
	}
	if err := s.copyObjects(pending); err != nil {
		return nil, err
	}
	// A system call begins and ends without a trace in the runtime.g: there
	// the stack itself has to be the same twice.
	stacks := make([]piece, len(pending))
	for i, g := range pending {
		stacks[i] = piece{addr: g.stack.addr, buf: make([]byte, len(g.stack.b))}
	}
	if err := s.p.mem.readAll(stacks); err != nil {
		return nil, err
	}
	after, err := read(func(g *goroutine) []byte { return make([]byte, len(g.b)) })
	if err != nil {
		return nil, err
	}
	for i, g := range pending {
		same := g.ok && after[i].ok && bytes.Equal(after[i].buf, g.b) && stacks[i].ok && bytes.Equal(stacks[i].buf, g.stack.b)
		g.torn = !same
		if !same {
			rest = append(rest, g)
		}
	}
	return rest, nil
}

// check refuses a copy of what are no goroutines: where the offsets are wrong,
// nothing is better than nonsense.
func (s *Snapshot) check() error {
	alive, wrong := 0, 0
	for i := range s.gs {
		g := &s.gs[i]
		if !s.p.alive(g) {
			continue
		}
		alive++
		if g.word(s.p.g.self) != g.addr {
			wrong++
			g.torn, g.stack.b = true, nil
		}
	}
	if alive == 0 || wrong*8 > alive {
		return fmt.Errorf("%d of %d goroutines are not where %s has them: use dlvx attach", wrong, alive, s.p.image.goVersion)
	}
	return nil
}

// clock returns the program's runtime.nanotime; 0: not known.
func (s *Snapshot) clock() int64 {
	if !sameNamespace(s.p.pid, "time") {
		return 0
	}
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil {
		return 0
	}
	return t.Nano()
}

// namespaced returns the registers by the numbers that the process itself has
// for its threads: that is what the runtime keeps.
func (s *Snapshot) namespaced(threads map[int]registers) map[uint64]registers {
	own := sameNamespace(s.p.pid, "pid")
	all := make(map[uint64]registers, len(threads))
	for tid, r := range threads {
		id := uint64(tid)
		if !own {
			st, err := readStatus(s.p.pid, tid)
			if err != nil {
				continue
			}
			id = st.nspid
		}
		all[id] = r
	}
	return all
}

// copyThreads copies what belongs to the threads that goroutines are on: their
// runtime.m, and the used parts of their system stacks.
func (s *Snapshot) copyThreads(gs []*goroutine) error {
	for _, g := range gs {
		if g.ok {
			if m := g.word(s.p.g.m); m != 0 {
				s.ms[m] = nil
			}
		}
	}
	var pieces []piece
	for m := range s.ms {
		pieces = append(pieces, piece{addr: m, buf: make([]byte, s.p.msize)})
	}
	if err := s.p.mem.readAll(pieces); err != nil {
		return err
	}
	var systems, bounds []piece
	for _, p := range pieces {
		if !p.ok {
			delete(s.ms, p.addr)
			continue
		}
		s.ms[p.addr] = p.buf
		for _, at := range []uint64{s.p.m.g0, s.p.m.gsignal} {
			g := binary.LittleEndian.Uint64(p.buf[at:])
			bounds = append(bounds, piece{addr: g, buf: make([]byte, s.p.gsize)})
			systems = append(systems, p)
		}
	}
	if err := s.p.mem.readAll(bounds); err != nil {
		return err
	}
	span := func(b piece) (lo, hi uint64) {
		if !b.ok {
			return 0, 0
		}
		return binary.LittleEndian.Uint64(b.buf[s.p.g.lo:]), binary.LittleEndian.Uint64(b.buf[s.p.g.hi:])
	}
	var stacks []piece
	for i, b := range bounds {
		r, ok := s.registersOf(systems[i].addr)
		if !ok {
			continue
		}
		lo, hi := span(b)
		if r.sp >= lo && r.sp < hi {
			stacks = append(stacks, piece{addr: r.sp, buf: make([]byte, min(hi-r.sp, maxSystem))})
		}
		if i%2 == 0 || hi <= lo || r.sp < lo || r.sp >= hi {
			continue
		}
		// It is in a signal handler, which may have struck on the other: how much
		// of that is in use is not known.
		if lo, hi := span(bounds[i-1]); hi > lo {
			size := min(hi-lo, maxSystem)
			stacks = append(stacks, piece{addr: hi - size, buf: make([]byte, size)})
		}
	}
	if err := s.p.mem.readAll(stacks); err != nil {
		return err
	}
	for _, p := range stacks {
		if p.ok {
			s.system = append(s.system, frozen{p.addr, p.buf})
		}
	}
	return nil
}

const (
	maxSystem = 16 << 10  // bytes of a system stack
	maxStack  = 64 << 10  // bytes of a goroutine's stack,
	maxTotal  = 512 << 20 // but not more than this of all
	minStack  = 4 << 10
)

// stackLimit returns how much of each stack can be copied.
func (s *Snapshot) stackLimit() uint64 {
	for limit := uint64(maxStack); ; limit /= 2 {
		total := uint64(0)
		for i := range s.gs {
			if g := &s.gs[i]; s.p.alive(g) {
				st := s.stackOf(g, limit)
				total += min(st.hi-st.addr, limit)
			}
		}
		if total <= maxTotal || limit <= minStack {
			return limit
		}
	}
}

// registersOf returns the registers of the thread of a runtime.m.
func (s *Snapshot) registersOf(m uint64) (registers, bool) {
	b := s.ms[m]
	if b == nil {
		return registers{}, false
	}
	r, ok := s.threads[binary.LittleEndian.Uint64(b[s.p.m.procid:])]
	return r, ok
}

// stackOf returns where the used part of a goroutine's stack is.
func (s *Snapshot) stackOf(g *goroutine, limit uint64) stack {
	p := s.p
	st := stack{lo: g.word(p.g.lo), hi: g.word(p.g.hi)}
	st.addr = st.hi
	if st.lo == 0 || st.hi < st.lo || st.hi-st.lo > 2<<30 {
		return stack{}
	}
	use := func(sp uint64) {
		if sp >= st.lo && sp < st.addr {
			st.addr = sp &^ 7
		}
	}
	use(g.word(p.g.sp))
	use(g.word(p.g.syscallsp))
	m := g.word(p.g.m)
	if b := s.ms[m]; b != nil {
		use(binary.LittleEndian.Uint64(b[p.m.vdsoSP:]))
	}
	if r, ok := s.registersOf(m); ok {
		use(r.sp)
		if r.sp < st.lo || r.sp >= st.hi {
			// On a system stack, perhaps for a signal: where it was on its own
			// is not known yet.
			st.addr = max(st.lo, st.hi-min(st.hi-st.lo, limit))
		}
	}
	return st
}

// copyStacks copies the stacks of goroutines.
func (s *Snapshot) copyStacks(gs []*goroutine) error {
	total := 0
	for _, g := range gs {
		g.stack = stack{}
		if s.p.alive(g) {
			g.stack = s.stackOf(g, s.limit)
			total += int(min(g.stack.hi-g.stack.addr, s.limit))
		}
	}
	buf, err := s.arena.alloc(total)
	if err != nil {
		return err
	}
	var pieces []piece
	var owners []*goroutine
	for _, g := range gs {
		n := int(min(g.stack.hi-g.stack.addr, s.limit))
		if n == 0 {
			continue
		}
		pieces = append(pieces, piece{addr: g.stack.addr, buf: buf[:n:n]})
		owners = append(owners, g)
		buf = buf[n:]
	}
	if err := s.p.mem.readAll(pieces); err != nil {
		return err
	}
	for i, g := range owners {
		if pieces[i].ok {
			g.stack.b = pieces[i].buf
		}
	}
	return nil
}

// newIndex orders the copies, so that they can be found by address.
func (s *Snapshot) newIndex() index {
	var ix index
	for i := range s.gs {
		g := &s.gs[i]
		if g.ok {
			ix.gs = append(ix.gs, frozen{g.addr, g.b})
		}
		if g.stack.hi != 0 {
			ix.stacks = append(ix.stacks, g.stack)
		}
	}
	slices.SortFunc(ix.stacks, func(a, b stack) int { return cmp.Compare(a.lo, b.lo) })
	ix.gs = byAddress(ix.gs)
	ix.rest = append(ix.rest, s.allgs...)
	ix.rest = append(ix.rest, s.system...)
	for addr, b := range s.ms {
		ix.rest = append(ix.rest, frozen{addr, b})
	}
	ix.rest = byAddress(append(ix.rest, s.liveObjects()...))
	return ix
}

// byAddress sorts copies, and leaves out those that lie within another.
func byAddress(all []frozen) []frozen {
	slices.SortFunc(all, func(a, b frozen) int {
		return cmp.Or(cmp.Compare(a.addr, b.addr), cmp.Compare(len(b.b), len(a.b)))
	})
	kept := all[:0]
	for _, f := range all {
		if n := len(kept); n > 0 && f.addr+uint64(len(f.b)) <= kept[n-1].addr+uint64(len(kept[n-1].b)) {
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

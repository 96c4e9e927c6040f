package goruntime

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// Wakers returns who could wake a goroutine: those that it certainly waits for,
// then candidates, those with a deferred call first. Candidates are goroutines
// on whose stack there is the address of what it waits on, or, of a lock, one
// that the goroutine itself has, too, of what the lock may be in.
//
// All stacks are searched, but those of goroutines that run; who has the address
// only in the heap, or in a global variable, is not found.
func (r *Reader) Wakers(ctx context.Context, goid int64) ([]stitch.Edge, error) {
	waits, err := r.Waits(ctx)
	if err != nil {
		return nil, err
	}
	wait := waits[goid]
	if wait == nil || wait.Unknown != "" {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	edges := wait.Edges(goid)
	certain := map[int64]bool{goid: true}
	for _, e := range edges {
		certain[e.To] = true
	}
	found, err := r.program.candidates(ctx, goid, wait, certain)
	if err != nil {
		return nil, fmt.Errorf("searching for who could wake goroutine %d: %w", goid, err)
	}
	return append(edges, found...), nil
}

// A target is what is looked for on stacks: any address of an object.
type target struct {
	lo, hi uint64
	what   string // "the channel"
	lock   bool
}

const (
	// maxBefore is how far before a lock what it is in may begin.
	maxBefore = 1 << 10
	// maxCandidates bounds what is told.
	maxCandidates = 20
)

// sizes are how many bytes an object of package sync has at least.
var sizes = map[stitch.Kind]uint64{
	stitch.Chan: 1, stitch.Mutex: 8, stitch.RWMutex: syncSize, stitch.WaitGroup: 12,
	stitch.Cond: condNotify + notifySize, stitch.Semaphore: 4,
}

// nouns are what objects are called.
var nouns = map[stitch.Kind]string{
	stitch.Chan: "channel", stitch.Mutex: "lock", stitch.RWMutex: "lock", stitch.WaitGroup: "group",
	stitch.Cond: "condition", stitch.Semaphore: "semaphore",
}

func (p *program) candidates(ctx context.Context, goid int64, wait *stitch.Wait, not map[int64]bool) ([]stitch.Edge, error) {
	var targets []target
	waiting := map[int64]bool{}
	for _, c := range wait.Cases {
		if c.On == nil || sizes[c.On.Kind] == 0 || c.On.Timer {
			continue
		}
		noun := "the " + nouns[c.On.Kind]
		if len(wait.Cases) > 1 {
			noun += fmt.Sprintf(" %#x", c.On.Addr)
		}
		targets = append(targets, target{c.On.Addr, c.On.Addr + sizes[c.On.Kind], noun, c.On.Kind != stitch.Chan})
		for _, w := range c.On.Waiters {
			if w.Op == c.Op { // it waits for the same
				waiting[w.Goroutine] = true
			}
		}
	}
	if len(targets) == 0 {
		return nil, nil
	}
	if at := p.present[goid]; at != nil {
		targets = append(targets, p.around(at.g, targets)...)
	}
	type candidate struct {
		stitch.Edge
		order int
	}
	var found []candidate
	for i := range p.list {
		g := &p.list[i]
		at := p.present[g.ID]
		if at == nil || g.System || not[g.ID] || waiting[g.ID] {
			continue
		}
		if err := p.everySoOften(ctx, i); err != nil {
			return nil, err
		}
		if why, deferred := p.mentions(at.g, targets); why != "" {
			c := candidate{stitch.Edge{From: goid, To: g.ID, Confidence: stitch.Candidate, Reason: why}, 1}
			if deferred {
				c.order = 0
			}
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.order, b.order) })
	var edges []stitch.Edge
	for _, c := range found[:min(len(found), maxCandidates)] {
		edges = append(edges, c.Edge)
	}
	return edges, nil
}

// around returns the addresses that a goroutine has on its stack shortly before
// locks that it waits for: one of them is probably that of what the lock is in.
func (p *program) around(g goroutine, locks []target) []target {
	stack := p.stackOf(g)
	var more []target
	for ; len(stack) >= wordSize; stack = stack[wordSize:] {
		v := binary.LittleEndian.Uint64(stack)
		for _, t := range locks {
			if t.lock && v < t.lo && t.lo-v <= maxBefore && v%wordSize == 0 {
				more = append(more, target{v, v + 1, fmt.Sprintf("%#x, which is %d bytes before %s and on the stack of the one that waits", v, t.lo-v, t.what), false})
			}
		}
	}
	slices.SortFunc(more, func(a, b target) int { return cmp.Compare(a.lo, b.lo) })
	return slices.Compact(more)
}

// stackOf returns the stack of a parked goroutine; nil: it cannot be read.
func (p *program) stackOf(g goroutine) []byte {
	size, err := g.stackSize()
	if err != nil {
		return nil
	}
	stack := make([]byte, size)
	if p.mem.read(g.sp, stack) != nil {
		return nil
	}
	return stack
}

// mentions tells why a goroutine may have to do with one of the targets; "": its
// stack has none. deferred tells that it is a deferred call that has it.
func (p *program) mentions(g goroutine, targets []target) (why string, deferred bool) {
	stack := p.stackOf(g)
	hit := func(v uint64) *target {
		for i := range targets {
			if t := &targets[i]; v >= t.lo && v < t.hi {
				return t
			}
		}
		return nil
	}
	var first *target
	at := uint64(0)
	for off := 0; off+wordSize <= len(stack); off += wordSize {
		t := hit(binary.LittleEndian.Uint64(stack[off:]))
		if t == nil {
			continue
		}
		if off >= wordSize {
			if fn := p.deferring(binary.LittleEndian.Uint64(stack[off-wordSize:])); fn != "" && t.lock {
				return fmt.Sprintf("%s has deferred a call with %s", fn, t.what), true
			}
		}
		if first == nil {
			first, at = t, g.sp+uint64(off)
		}
	}
	if first == nil {
		return "", false
	}
	where, inner := "", ""
	err := p.eachFrame(g, stack, func(calls []stitch.Frame, _, lo, hi uint64) {
		name := calls[len(calls)-1].Func
		if strings.Contains(name, ".gowrap") { // the compiler's: it has the arguments of what it calls
			if name = inner; len(calls) > 1 {
				name = calls[len(calls)-2].Func
			}
		}
		if at >= lo && at < hi {
			where = name
		}
		inner = name
	})
	if err != nil || where == "" {
		return "its stack has " + first.what, false
	}
	return fmt.Sprintf("%s has %s on its stack", where, first.what), false
}

// deferring returns the function whose deferred call begins at an address; "": it
// is none.
func (p *program) deferring(code uint64) string {
	m, f, err := p.symbols.find(code)
	if err != nil || f.entry != code {
		return ""
	}
	name, err := p.symbols.name(m, f.nameOff)
	if err != nil {
		return ""
	}
	fn, _, ok := strings.Cut(name, ".deferwrap")
	if !ok {
		return ""
	}
	return fn
}

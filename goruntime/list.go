package goruntime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dlvx/dlvx/stitch"
)

// Goroutines returns all living goroutines of this stop, by their ids, those of
// the runtime, too. The list is made once in a stop, the goroutines share what is
// equal, and the list itself is shared: nothing in it may be changed.
//
// A goroutine of which something cannot be read is in the list with what is
// known; chains are cut after a hundred links. An error means that there is no list, or that ctx was cancelled; then
// the next call begins anew. Other questions are answered meanwhile.
func (r *Reader) Goroutines(ctx context.Context) ([]stitch.Goroutine, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.open()
	if err == nil && p.list == nil {
		err = p.listAll(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("listing goroutines: %w", err)
	}
	return p.list, nil
}

// maxListed bounds the links of a chain in a list: of goroutines that each made
// the next one, and all live, the chains would else be as long as the list.
// What a program records is shorter.
const maxListed = 100

// listAll sets p.list, and p.present for all of it.
func (p *program) listAll(ctx context.Context) error {
	if p.listing == nil {
		p.listing = p.readListing()
	}
	living, err := p.living(ctx)
	if err != nil {
		return err
	}
	if err := p.readStacks(ctx, living); err != nil {
		return err
	}
	for i := range living {
		p.present[living[i].g.id] = &living[i].presence
	}
	labels, err := p.pprofLabels(ctx, living)
	if err != nil {
		return err
	}
	finalizing := p.finalizing()
	list := make([]stitch.Goroutine, len(living))
	for i := range living {
		if err := p.everySoOften(ctx, i); err != nil {
			return err
		}
		at := living[i]
		chain, err := p.chain(at.g, maxListed)
		if err != nil {
			chain = stitch.Chain{Cut: stitch.CutUnreadable}
		}
		list[i] = stitch.Goroutine{
			ID:     at.g.id,
			State:  at.state,
			System: p.isSystem(at, finalizing),
			Labels: labels[at.labels],
			Own:    at.own[:stitch.OwnLen(at.own)],
			OwnCut: at.cut,
			Start:  p.startOf(at),
			Chain:  chain,
		}
	}
	p.list = list
	return nil
}

// startOf returns the name of the function that a goroutine began in, where its
// stack does not tell.
func (p *program) startOf(at *listed) string {
	if !at.cut || at.start == 0 {
		return ""
	}
	calls, err := p.symbols.resolve(at.start, true)
	if err != nil || stitch.IsEntry(calls[len(calls)-1].Func) { // the compiler's wrapper of it
		return ""
	}
	if name := calls[len(calls)-1].Func; name != "runtime.main" {
		return name
	}
	return "main.main"
}

var errHasRun = errors.New("the target has run meanwhile")

// letIn lets others ask between two steps of a long answer, and returns ctx's
// error.
func (p *program) letIn(ctx context.Context) error {
	resets := p.resets
	p.mu.Unlock()
	err := ctx.Err()
	p.mu.Lock() // a Mutex goes to who has waited for a millisecond
	if err == nil && p.resets != resets {
		err = errHasRun
	}
	return err
}

// everySoOften is letIn at some of the turns of a loop.
func (p *program) everySoOften(ctx context.Context, turn int) error {
	if turn%256 != 0 {
		return nil
	}
	return p.letIn(ctx)
}

// A listed goroutine is one with what only lists tell.
type listed struct {
	presence
	own             []stitch.Frame // what is known of the stack
	cut             bool           // its outermost frames are not
	start           uint64         // g.startpc: address of its entry function; 0: not known
	labels          uint64         // g.labels: address of its pprof labels; 0: none
	runningCleanups bool
}

// living reads all g's that serve a goroutine now, in the order of their ids.
// It also brings the scanner's ids up to date.
func (p *program) living(ctx context.Context) ([]*listed, error) {
	if err := p.growSlots(); err != nil {
		return nil, err
	}
	s := &p.scanner
	size := p.listing.size
	buf := make([]byte, size*uint64(min(atOnce, len(s.sorted))))
	ranges := make([]Range, 0, atOnce)
	var living []*listed
	var room []listed // for some of them: they do not move when there are more
	var unreadable int
	var why error
	for positions := range slices.Chunk(s.sorted, atOnce) {
		if err := p.letIn(ctx); err != nil {
			return nil, err
		}
		ranges = ranges[:0]
		for i, position := range positions {
			ranges = append(ranges, Range{Addr: s.addrs[position], Buf: buf[uint64(i)*size:][:size]})
		}
		if err := p.mem.readRanges(ranges); err != nil {
			return nil, err
		}
		for i, position := range positions {
			r := ranges[i]
			var g goroutine
			if r.Err == nil {
				g, r.Err = p.decode(r.Addr, r.Buf)
			}
			if r.Err != nil {
				unreadable, why = unreadable+1, r.Err
				continue
			}
			s.note(position, g.id)
			if g.alive() {
				if len(room) == cap(room) {
					room = make([]listed, 0, min(atOnce, len(s.sorted)))
				}
				room = append(room, p.listing.decode(g, r.Buf))
				living = append(living, &room[len(room)-1])
			}
		}
	}
	switch {
	case unreadable == 0:
	case unreadable == len(s.sorted):
		return nil, why
	default:
		p.log.Warn("some goroutines cannot be read, and are not listed", "count", unreadable, "why", why)
	}
	p.scanned = true
	slices.SortFunc(living, func(a, b *listed) int { return cmp.Compare(a.g.id, b.g.id) })
	return slices.CompactFunc(living, func(a, b *listed) bool { return a.g.id == b.g.id }), nil
}

// readStacks sets the state and the stack of each goroutine: of those that are
// on no thread by walking here, many at a time, of others by asking the debugger.
func (p *program) readStacks(ctx context.Context, living []*listed) error {
	var rest []*listed
	parked := make([]*listed, 0, len(living))
	for _, at := range living {
		at.state = p.stateOf(at.g)
		if _, err := at.g.stackSize(); err == nil {
			parked = append(parked, at)
		} else {
			rest = append(rest, at)
		}
	}
	// Stacks that stand close together are read together.
	slices.SortFunc(parked, func(a, b *listed) int { return cmp.Compare(a.g.sp, b.g.sp) })
	const atOnce = 2 << 20
	buf := make([]byte, 0, atOnce)
	var ranges []Range
	for len(parked) > 0 {
		if err := p.letIn(ctx); err != nil {
			return err
		}
		buf, ranges = buf[:0], ranges[:0]
		for _, at := range parked {
			size, _ := at.g.stackSize()
			if len(buf)+int(size) > cap(buf) {
				break
			}
			buf = buf[:len(buf)+int(size)]
			ranges = append(ranges, Range{Addr: at.g.sp, Buf: buf[len(buf)-int(size):]})
		}
		if err := p.mem.readRanges(ranges); err != nil {
			return err
		}
		for i, r := range ranges {
			at := parked[i]
			if r.Err == nil {
				at.own, r.Err = p.walk(at.g, r.Buf)
			}
			if r.Err != nil {
				rest = append(rest, at)
			}
			at.stack = at.own
		}
		parked = parked[len(ranges):]
	}
	for _, at := range rest {
		if err := p.letIn(ctx); err != nil {
			return err
		}
		var err error
		at.own, err = p.debuggerStack(at.g)
		at.cut = err != nil || len(at.own) >= maxPresent
		if err == nil {
			at.stack = at.own
		}
	}
	for i := range living {
		living[i].state.At = stitch.Position(living[i].own)
	}
	return nil
}

package goruntime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dlvx/dlvx/stitch"
)

// A halter is a Session that knows which goroutines are on threads, and whose
// memory is near: an overview reads all of the g's.
type halter interface {
	Halt() (stitch.Halt, error)
}

// Count returns how many goroutines there are at most: those that exited and
// whose g serves no other one count. It is quick.
func (r *Reader) Count() (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.session.(halter); !ok {
		return 0, fmt.Errorf("counting goroutines: %w", errors.ErrUnsupported)
	}
	p, err := r.open()
	if err != nil {
		return 0, fmt.Errorf("counting goroutines: %w", err)
	}
	all, err := p.mem.slice(p.layout.allgs, maxGoroutines)
	if err != nil {
		return 0, fmt.Errorf("counting goroutines: %w", err)
	}
	return int(all.len), nil
}

// Overview returns all living goroutines of this stop at a glance. It is made
// once in a stop, and what it returns may be used until Reset.
//
// It is many times quicker than [Reader.Goroutines], and takes less memory: of
// goroutines that have not run since the last overview only the g is read.
//
// The error is [errors.ErrUnsupported] where the Session's memory is far.
func (r *Reader) Overview(ctx context.Context) (stitch.Overview, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.open()
	if err == nil {
		err = p.look(ctx)
	}
	if err != nil {
		return stitch.Overview{}, fmt.Errorf("looking at all goroutines: %w", err)
	}
	return p.scanner.overview.made, nil
}

// An overview is what is kept from one overview to the next.
type overview struct {
	made  stitch.Overview
	stop  int // of which stop it is: program.resets
	valid bool

	seen     []seen // of each g, by its position
	kinds    map[kind]int32
	stacks   map[string]int32       // numbers of lists of frames
	chains   map[string]int32       // likewise of chains
	labelled map[uint64]int32       // numbers of chains, by label
	shapes   map[shapeKey][]shape   // of stacks
	system   map[uint64]systemClass // by entry function
	moved    []moved                // of the stop that is being looked at
	counts   uint64                 // offset of g.trackingSeq
	buf      []byte
	ranges   []Range
}

// seen is what a g said of where its goroutine stopped, and the number of the
// stack that was found there. Where it says the same at the next stop the
// goroutine has not run: g.trackingSeq counts how often it did, modulo 256.
type seen struct {
	id     int64
	sp, pc uint64
	ran    uint8
	stack  int32 // 0: not known
}

// A kind is what makes goroutines alike.
type kind struct {
	stack, chain int32
	status       uint32
	wait         uint8
}

// moved is a goroutine whose stack has to be read.
type moved struct {
	head, position int32
	size           uint32 // of the stack
	kind           kind   // without stack
}

type systemClass int8

const (
	userFunction systemClass = 1 + iota
	systemFunction
	sometimes // depends on what the goroutine is doing
)

// look makes the overview of this stop.
func (p *program) look(ctx context.Context) error {
	v := &p.scanner.overview
	if v.valid && v.stop == p.resets {
		return nil
	}
	s, ok := p.session.(halter)
	if !ok {
		return errors.ErrUnsupported
	}
	halt, err := s.Halt()
	if err != nil {
		return err
	}
	if p.listing == nil {
		p.listing = p.readListing()
	}
	if err := p.growSlots(); err != nil {
		return err
	}
	v.begin(p)
	v.made = stitch.Overview{Heads: slices.Grow(v.made.Heads[:0], len(p.scanner.slots)), Halt: halt}
	if err := p.lookAtAll(ctx); err != nil {
		return err
	}
	if err := p.lookAtMoved(ctx); err != nil {
		return err
	}
	v.stop, v.valid = p.resets, true
	return nil
}

func (v *overview) begin(p *program) {
	if len(v.kinds)+len(v.stacks)+len(v.chains)+len(v.labelled) > 4*maxKept {
		*v = overview{}
	}
	v.valid = false
	if v.kinds == nil {
		v.kinds, v.stacks, v.chains = map[kind]int32{}, map[string]int32{}, map[string]int32{}
		v.labelled, v.shapes, v.system = map[uint64]int32{}, map[shapeKey][]shape{}, map[uint64]systemClass{}
		v.counts = absent
		if off, err := placesOf(p.session).Offset("g", "trackingSeq"); err == nil && off < maxG {
			v.counts = off
			p.listing.size = max(p.listing.size, off+1)
		}
	}
	v.seen = append(v.seen, make([]seen, len(p.scanner.slots)-len(v.seen))...)
	v.moved = v.moved[:0]
}

// lookAtAll reads all g's.
func (p *program) lookAtAll(ctx context.Context) error {
	const atOnce = 2048
	s, v := &p.scanner, &p.scanner.overview
	finalizing := p.finalizing()
	size := p.listing.size
	if v.buf == nil {
		v.buf, v.ranges = make([]byte, size*atOnce), make([]Range, 0, atOnce)
	}
	for positions := range slices.Chunk(s.sorted, atOnce) {
		if err := p.letIn(ctx); err != nil {
			return err
		}
		v.ranges = v.ranges[:0]
		for i, position := range positions {
			v.ranges = append(v.ranges, Range{Addr: s.slots[position].addr, Buf: v.buf[uint64(i)*size:][:size]})
		}
		if err := p.mem.readRanges(v.ranges); err != nil {
			return err
		}
		for i, position := range positions {
			r := v.ranges[i]
			if r.Err != nil {
				continue
			}
			g, err := p.decode(r.Addr, r.Buf)
			if err != nil {
				continue
			}
			p.note(position, g.id)
			if g.alive() {
				p.lookAt(position, g, r.Buf, finalizing)
			}
		}
	}
	p.scanned = true
	return nil
}

// lookAt adds a goroutine to the overview.
func (p *program) lookAt(position int, g goroutine, b []byte, finalizing bool) {
	v := &p.scanner.overview
	at := p.listing.decode(g, b)
	h := stitch.Head{ID: g.id, Spawner: g.spawners[0], Running: statusNames[g.status] == "running", System: p.systemNow(&at, finalizing)}
	if now := p.time(); g.blocked() && g.since != 0 && now > g.since {
		h.For = time.Duration(now - g.since)
	}
	v.made.Heads = append(v.made.Heads, h)
	stack, err := g.stackSize()
	if err != nil {
		return // it is like no other
	}
	k := kind{chain: p.chainNumber(g), status: g.status, wait: g.wait}
	now := seen{id: g.id, sp: g.sp, pc: g.pc}
	if v.counts != absent {
		now.ran = b[v.counts]
		now.stack = v.seen[position].stack
		if now == v.seen[position] && now.stack != 0 {
			k.stack = now.stack
			v.made.Heads[len(v.made.Heads)-1].Alike = v.kindNumber(k)
			return
		}
		now.stack = 0
	}
	v.seen[position] = now
	v.moved = append(v.moved, moved{int32(len(v.made.Heads) - 1), int32(position), uint32(stack), k})
}

package goruntime

import (
	"context"
	"encoding/binary"
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
// once in a stop, and what it returns may be used until Reset, and not be changed.
//
// It is many times quicker than [Reader.Goroutines], and takes less memory: of
// goroutines that have not run since the last overview only the g is read.
//
// The error is [errors.ErrUnsupported] where the Session's memory is far.
func (r *Reader) Overview(ctx context.Context) (stitch.Overview, error) {
	r.looking.Lock() // others are let in while it is made, but not a second one
	defer r.looking.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.open()
	if err == nil {
		err = p.look(ctx)
	}
	if err != nil {
		return stitch.Overview{}, fmt.Errorf("looking at all goroutines: %w", err)
	}
	v := &p.scanner.overview
	return stitch.Overview{Heads: v.heads, Halt: v.halt}, nil
}

// An overview is what is kept from one overview to the next.
type overview struct {
	halt  stitch.Halt
	stop  int // of which stop it is: program.resets
	valid bool

	heads []stitch.Head // of each g, by its position
	seen  []seen        // likewise

	kinds    map[kind]int32
	owns     map[string]int32       // numbers of lists of frames
	chains   map[string]int32       // likewise of chains
	labelled map[uint64]int32       // numbers of chains, by label
	shapes   map[shapeKey][]shape   // of stacks
	system   map[uint64]systemClass // by entry function

	runs uint64 // offset of g.trackingSeq
	// Scratch memory.
	buf, stacks []byte
	ranges      []Range
	moved       []moved
}

// seen is what a g said of where its goroutine stopped. Where it says the same at
// the next stop the goroutine has not run: g.trackingSeq counts how often it did,
// modulo 256.
type seen struct {
	sp, pc uint64
	status uint32
	wait   uint8
	runs   uint8
	known  bool // the head says all that there is to be said of the goroutine that the g serves
}

// A kind is what makes goroutines alike.
type kind struct {
	stack, chain int32
	status       uint32
	wait         uint8
}

// moved is a goroutine whose stack has to be read.
type moved struct {
	position int32
	size     uint32 // of the stack
	kind     kind   // without stack
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
	if err := p.lookAtAll(ctx); err != nil {
		return err
	}
	v.halt, v.stop, v.valid = halt, p.resets, true
	return nil
}

func (v *overview) begin(p *program) {
	if len(v.kinds)+len(v.owns)+len(v.chains)+len(v.labelled) > 4*maxKept {
		*v = overview{}
	}
	v.valid, v.moved = false, v.moved[:0] // of one that was given up there may be some left
	if v.kinds == nil {
		v.kinds, v.owns, v.chains = map[kind]int32{}, map[string]int32{}, map[string]int32{}
		v.labelled, v.shapes, v.system = map[uint64]int32{}, map[shapeKey][]shape{}, map[uint64]systemClass{}
		v.runs = absent
		if off, err := placesOf(p.session).Offset("g", "trackingSeq"); err == nil && off < maxG {
			v.runs = off
			p.listing.size = max(p.listing.size, off+1)
		}
	}
	v.heads, v.seen = grown(v.heads, len(p.scanner.addrs)), grown(v.seen, len(p.scanner.addrs))
}

// lookAtAll reads all g's.
func (p *program) lookAtAll(ctx context.Context) error {
	s, v := &p.scanner, &p.scanner.overview
	finalizing := p.finalizing()
	size := p.listing.size
	if v.buf == nil {
		v.buf, v.stacks, v.ranges = make([]byte, size*atOnce), make([]byte, 2*maxStack), make([]Range, 0, atOnce)
	}
	for positions := range slices.Chunk(s.sorted, atOnce) {
		if err := p.letIn(ctx); err != nil {
			return err
		}
		v.ranges = v.ranges[:0]
		for i, position := range positions {
			v.ranges = append(v.ranges, Range{Addr: s.addrs[position], Buf: v.buf[uint64(i)*size:][:size]})
		}
		if err := p.mem.readRanges(v.ranges); err != nil {
			return err
		}
		for i, position := range positions {
			if r := v.ranges[i]; r.Err != nil {
				v.heads[position].ID, v.seen[position].known = 0, false
			} else {
				p.lookAt(position, r.Buf, finalizing)
			}
		}
		if err := p.lookAtMoved(); err != nil {
			return err
		}
	}
	p.scanned = true
	return nil
}

// lookAt brings what is known of a g up to date, which has been read.
func (p *program) lookAt(position int32, b []byte, finalizing bool) {
	s, v, l := &p.scanner, &p.scanner.overview, &p.layout.g
	word := func(off uint64) uint64 { return binary.LittleEndian.Uint64(b[off:]) }
	id := int64(word(l.goid))
	s.note(position, id)
	now := seen{
		sp: word(l.sp), pc: word(l.pc), status: uint32(word(l.atomicstatus)) &^ statusScan, wait: b[l.waitreason],
		known: v.runs != absent && word(l.m) == 0,
	}
	if now.known {
		now.runs = b[v.runs]
	}
	head := &v.heads[position]
	if now.known && now == v.seen[position] {
		head.For = p.waited(now.status, int64(word(l.waitsince)))
		return
	}
	now.known = false
	v.seen[position], head.ID = now, 0
	g, err := p.decode(s.addrs[position], b)
	if err != nil || !g.alive() {
		return
	}
	at := p.listing.decode(g, b)
	*head = stitch.Head{
		ID: id, Spawner: g.spawners[0], For: p.waited(g.status, g.since),
		Running: statusNames[g.status] == "running", System: p.systemNow(&at, finalizing),
	}
	if size, err := g.stackSize(); err == nil { // else it is like no other
		v.moved = append(v.moved, moved{position, uint32(size), kind{chain: p.chainNumber(g), status: g.status, wait: g.wait}})
	}
}

// waited returns for how long a goroutine has been waiting that does so since a
// time by the target's clock; 0: not known, or it does not wait.
func (p *program) waited(status uint32, since int64) time.Duration {
	g := goroutine{status: status}
	if now := p.time(); g.blocked() && since != 0 && now > since {
		return time.Duration(now - since)
	}
	return 0
}

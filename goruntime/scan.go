package goruntime

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

const maxGoroutines = 1 << 24 // at 2 KiB of stack each, more than 32 GiB

// A scanner finds out which goroutine each runtime.g serves at the moment. Of
// all questions it is one whose cost grows with their number, so it reads no
// more than it must: runtime.allgs only grows, so the addresses are read once;
// g's are made one after the other and most stand close together, so their ids
// are read many at a time; and only ids that have changed are noted.
type scanner struct {
	slots  []slot // in the order of runtime.allgs
	ids    []int64
	sorted []int   // positions in runtime.allgs, by the g's addresses
	ranges []Range // of the ids, in that order

	overview overview
}

// scan brings p.gs up to date.
func (p *program) scan() error {
	if err := p.growSlots(); err != nil {
		return fmt.Errorf("listing goroutines: %w", err)
	}
	s := &p.scanner
	if err := p.mem.readRanges(s.ranges); err != nil {
		return fmt.Errorf("listing goroutines: %w", err)
	}
	for i, r := range s.ranges {
		if r.Err == nil { // else none of the others is worse for it
			p.note(s.sorted[i], int64(binary.LittleEndian.Uint64(r.Buf)))
		}
	}
	p.scanned = true
	return nil
}

// note notes which goroutine a g serves.
func (p *program) note(position int, id int64) {
	s := &p.scanner
	old := s.ids[position]
	if old == id {
		return
	}
	if p.gs[old].addr == s.slots[position].addr {
		delete(p.gs, old)
	}
	s.ids[position] = id
	if id != 0 {
		p.gs[id] = s.slots[position]
	}
}

// growSlots reads the addresses of the g's that have been made since the last scan.
func (p *program) growSlots() error {
	s := &p.scanner
	all, err := p.mem.slice(p.layout.allgs, maxGoroutines)
	if err != nil {
		return err
	}
	if all.len == uint64(len(s.slots)) {
		return nil
	}
	if all.len < uint64(len(s.slots)) {
		return fmt.Errorf("runtime.allgs has shrunk from %d to %d", len(s.slots), all.len)
	}
	var piece [8192 * 8]byte // so that a count that is a lie does not cost its memory
	for done := uint64(len(s.slots)); done < all.len; {
		b := piece[:min(uint64(len(piece)), (all.len-done)*8)]
		if err := p.mem.read(all.ptr+done*8, b); err != nil {
			return err
		}
		for ; len(b) > 0; b = b[8:] {
			s.slots = append(s.slots, slot{binary.LittleEndian.Uint64(b), int(done)})
			done++
		}
	}
	n := len(s.slots)
	s.ids = append(s.ids, make([]int64, n-len(s.ids))...)
	s.sorted, s.ranges = make([]int, n), make([]Range, n)
	for i := range n {
		s.sorted[i] = i
	}
	slices.SortFunc(s.sorted, func(i, j int) int { return cmp.Compare(s.slots[i].addr, s.slots[j].addr) })
	buf := make([]byte, 8*n)
	for i, position := range s.sorted {
		s.ranges[i] = Range{Addr: s.slots[position].addr + p.layout.g.goid, Buf: buf[8*i:][:8]}
	}
	return nil
}

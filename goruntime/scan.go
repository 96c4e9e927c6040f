package goruntime

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

const maxGoroutines = 1 << 24 // at 2 KiB of stack each, more than 32 GiB

// A scanner finds out which goroutine each runtime.g serves at the moment. Of
// all questions it is the only one whose cost grows with their number, so it
// reads no more than it must: runtime.allgs only grows, so the addresses are
// read once; g's are made one after the other and most stand close together, so
// their ids are read many at a time; and only ids that have changed are noted.
type scanner struct {
	slots []slot // in the order of runtime.allgs
	ids   []int64
	runs  []run
	buf   []byte
}

// A run is a piece of memory that holds the ids of several g's.
type run struct {
	addr      uint64
	size      int
	positions []int // of its g's in runtime.allgs
}

const (
	maxRun = 64 << 10 // what sessions read at once
	maxGap = 8 << 10  // what may lie between two ids of one run
)

// scan brings p.gs up to date.
func (p *program) scan() error {
	if err := p.growSlots(); err != nil {
		return fmt.Errorf("listing goroutines: %w", err)
	}
	s := &p.scanner
	for _, r := range s.runs {
		buf := s.buf[:r.size]
		whole := p.mem.read(r.addr, buf) == nil // else something between the g's is not readable
		for _, i := range r.positions {
			addr := s.slots[i].addr + p.layout.g.goid
			if !whole {
				id, err := p.mem.uint64(addr)
				if err != nil {
					return fmt.Errorf("listing goroutines: %w", err)
				}
				p.note(i, int64(id))
				continue
			}
			p.note(i, int64(binary.LittleEndian.Uint64(buf[addr-r.addr:])))
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
	s.ids = append(s.ids, make([]int64, len(s.slots)-len(s.ids))...)
	s.group(p.layout.g.goid)
	return nil
}

// group divides all ids into runs.
func (s *scanner) group(goid uint64) {
	sorted := slices.SortedFunc(slices.Values(s.slots), func(a, b slot) int { return cmp.Compare(a.addr, b.addr) })
	s.runs = s.runs[:0]
	for _, at := range sorted {
		addr := at.addr + goid
		if n := len(s.runs); n > 0 {
			last := &s.runs[n-1]
			end := last.addr + uint64(last.size)
			if size := addr + 8 - last.addr; addr >= last.addr && addr-min(end, addr) <= maxGap && size <= maxRun {
				last.size = max(last.size, int(size))
				last.positions = append(last.positions, at.position)
				continue
			}
		}
		s.runs = append(s.runs, run{addr, 8, []int{at.position}})
	}
	size := 0
	for _, r := range s.runs {
		size = max(size, r.size)
	}
	s.buf = make([]byte, size)
}

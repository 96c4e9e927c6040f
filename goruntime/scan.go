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
// g's are made one after the other and most stand close together, so they are
// read many at a time; and only ids that have changed are noted. What it keeps
// of each g is small: they may be a hundred thousand, and more.
type scanner struct {
	addrs  []uint64 // of the g's, in the order of runtime.allgs
	ids    []int64  // of the goroutines that they served when last seen
	sorted []int32  // positions in runtime.allgs, by the g's addresses
	index  idIndex  // of ids

	overview overview
}

// atOnce is how many g's are read at once.
const atOnce = 512

// scan brings the ids up to date.
func (p *program) scan() error {
	if err := p.growSlots(); err != nil {
		return fmt.Errorf("listing goroutines: %w", err)
	}
	s := &p.scanner
	buf := make([]byte, 8*min(atOnce, len(s.sorted)))
	ranges := make([]Range, 0, atOnce)
	for positions := range slices.Chunk(s.sorted, atOnce) {
		ranges = ranges[:0]
		for i, position := range positions {
			ranges = append(ranges, Range{Addr: s.addrs[position] + p.layout.g.goid, Buf: buf[8*i:][:8]})
		}
		if err := p.mem.readRanges(ranges); err != nil {
			return fmt.Errorf("listing goroutines: %w", err)
		}
		for i, r := range ranges {
			if r.Err == nil { // else none of the others is worse for it
				s.note(positions[i], int64(binary.LittleEndian.Uint64(r.Buf)))
			}
		}
	}
	p.scanned = true
	return nil
}

// note notes which goroutine a g serves.
func (s *scanner) note(position int32, id int64) {
	if s.ids[position] == id {
		return
	}
	s.ids[position] = id
	if seen := s.overview.seen; int(position) < len(seen) {
		seen[position].known = false
	}
	if id != 0 {
		s.index.add(s.ids, position)
	}
}

// slot returns where the g of a goroutine was when it was last seen.
func (p *program) slot(id int64) (slot, bool) {
	if position, ok := p.scanner.index.find(p.scanner.ids, id); ok {
		return slot{p.scanner.addrs[position], int(position)}, true
	}
	at, ok := p.located[id]
	return at, ok
}

// growSlots reads the addresses of the g's that have been made since the last scan.
func (p *program) growSlots() error {
	s := &p.scanner
	all, err := p.mem.slice(p.layout.allgs, maxGoroutines)
	if err != nil {
		return err
	}
	if all.len == uint64(len(s.addrs)) {
		return nil
	}
	if all.len < uint64(len(s.addrs)) {
		return fmt.Errorf("runtime.allgs has shrunk from %d to %d", len(s.addrs), all.len)
	}
	const plausible = 1 << 20
	addrs := slices.Grow(s.addrs, int(min(all.len-uint64(len(s.addrs)), plausible)))
	var piece [8192 * 8]byte // so that a count that is a lie does not cost its memory
	for done := uint64(len(addrs)); done < all.len; {
		b := piece[:min(uint64(len(piece)), (all.len-done)*8)]
		if err := p.mem.read(all.ptr+done*8, b); err != nil {
			return err
		}
		for ; len(b) > 0; b = b[8:] {
			addrs = append(addrs, binary.LittleEndian.Uint64(b))
			done++
		}
	}
	s.addrs = addrs // all of them, or none: the other lists are as long
	n := len(s.addrs)
	s.ids = grown(s.ids, n)
	s.sorted = make([]int32, n)
	for i := range n {
		s.sorted[i] = int32(i)
	}
	slices.SortFunc(s.sorted, func(i, j int32) int { return cmp.Compare(s.addrs[i], s.addrs[j]) })
	return nil
}

// grown returns a list with room for n elements, and no more.
func grown[T any](list []T, n int) []T {
	if len(list) >= n {
		return list
	}
	return append(make([]T, 0, n), append(list, make([]T, n-len(list))...)...)
}

// An idIndex finds the position of an id: a hash table of positions plus one. What
// it holds of a position whose id has changed is found no more.
type idIndex struct {
	table []int32 // a power of two of them; 0: free
	used  int
}

func (x *idIndex) add(ids []int64, position int32) {
	if 4*(x.used+1) > 3*len(x.table) {
		size := 64
		for size < 2*len(ids) {
			size *= 2
		}
		*x = idIndex{table: make([]int32, size)}
		for at, id := range ids {
			if id != 0 {
				x.put(id, int32(at))
			}
		}
		return // with it
	}
	x.put(ids[position], position)
}

func (x *idIndex) put(id int64, position int32) {
	at := x.first(id)
	for x.table[at] != 0 {
		at = (at + 1) & (len(x.table) - 1)
	}
	x.table[at] = position + 1
	x.used++
}

func (x *idIndex) find(ids []int64, id int64) (position int32, ok bool) {
	if len(x.table) == 0 || id == 0 {
		return 0, false
	}
	for at := x.first(id); x.table[at] != 0; at = (at + 1) & (len(x.table) - 1) {
		if position := x.table[at] - 1; ids[position] == id {
			return position, true
		}
	}
	return 0, false
}

// first returns where an id is looked for first.
func (x *idIndex) first(id int64) int {
	const golden = 0x9e3779b97f4a7c15
	return int(uint64(id)*golden>>32) & (len(x.table) - 1)
}

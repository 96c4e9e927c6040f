package goruntime

import "encoding/binary"

const (
	// maxTop is how much of a stack is searched for what its innermost functions
	// work on: those of the runtime and of package sync need a few hundred bytes.
	maxTop = 2 << 10
	// maxSearched is how many stacks are searched word by word.
	maxSearched = 500
)

// onStacks looks for what goroutines have a pointer to on the innermost part of
// their stacks: fits is called with each address there that could be one of size
// bytes, and what it holds, until it returns true.
//
// All goroutines that wait in the same function have the pointer at the same
// distance from where they stopped. So a stack is searched once for each distance,
// and the others only looked at there.
func (w *waitReader) onStacks(all []*sleeper, size uint64, fits func(at *sleeper, addr uint64, b []byte) bool) error {
	for searched := 0; len(all) > 0 && searched < maxSearched; searched++ {
		at := all[0]
		all = all[1:]
		slot, err := w.search(at, size, fits)
		if err != nil {
			return err
		}
		if slot < 0 {
			continue
		}
		pointers, err := w.pointersAt(all, slot)
		if err != nil {
			return err
		}
		read, err := w.readEach(pointers, size)
		if err != nil {
			return err
		}
		rest := all[:0:0]
		for i, other := range all {
			if b := read.at(pointers[i]); b == nil || !fits(other, pointers[i], b) {
				rest = append(rest, other)
			}
		}
		all = rest
	}
	return nil
}

// search tries all words of a stack's innermost part and returns how far from its
// end one is that fits; -1: there is none.
func (w *waitReader) search(at *sleeper, size uint64, fits func(*sleeper, uint64, []byte) bool) (slot int, err error) {
	n, err := at.g.stackSize()
	if err != nil {
		return -1, nil
	}
	top := make([]byte, min(n, maxTop))
	if w.mem.read(at.g.sp, top) != nil {
		return -1, nil
	}
	var addrs []uint64
	for off := 0; off < len(top); off += wordSize {
		if addr := at.pointer(top[off:]); addr != 0 {
			addrs = append(addrs, addr)
		}
	}
	read, err := w.readEach(addrs, size)
	if err != nil {
		return -1, err
	}
	for off := 0; off < len(top); off += wordSize {
		addr := at.pointer(top[off:])
		if b := read.at(addr); b != nil && fits(at, addr, b) {
			return off, nil
		}
	}
	return -1, nil
}

// pointersAt returns what stacks hold at some distance from their ends; 0: no
// pointer.
func (w *waitReader) pointersAt(all []*sleeper, slot int) ([]uint64, error) {
	words := make([]byte, wordSize*len(all))
	ranges := make([]Range, len(all))
	for i, at := range all {
		ranges[i] = Range{Addr: at.g.sp + uint64(slot), Buf: words[i*wordSize:][:wordSize]}
	}
	if err := w.mem.readRanges(ranges); err != nil {
		return nil, err
	}
	pointers := make([]uint64, len(all))
	for i, at := range all {
		if ranges[i].Err == nil {
			pointers[i] = at.pointer(ranges[i].Buf)
		}
	}
	return pointers, nil
}

// pointer returns the first word of a piece of a goroutine's stack, if that may be
// a pointer to something that is not on that stack; 0: it may not.
func (at *sleeper) pointer(b []byte) uint64 {
	addr := binary.LittleEndian.Uint64(b)
	own := addr >= at.g.sp && addr <= at.g.stackTop
	if addr < pageSize || addr >= 1<<56 || addr%wordSize != 0 || own {
		return 0
	}
	return addr
}

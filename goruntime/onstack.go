package goruntime

import (
	"encoding/binary"
)

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
	tops, err := w.tops(all)
	if err != nil {
		return err
	}
	for searched := 0; len(all) > 0 && searched < maxSearched; searched++ {
		at := all[0]
		all = all[1:]
		slot, err := w.search(at, tops[at], size, fits)
		if err != nil {
			return err
		}
		if slot < 0 {
			continue
		}
		var addrs []uint64
		for _, other := range all {
			if addr, ok := w.pointer(other, tops[other], slot); ok {
				addrs = append(addrs, addr)
			}
		}
		read, err := w.readEach(addrs, size)
		if err != nil {
			return err
		}
		rest := all[:0:0]
		for _, other := range all {
			addr, ok := w.pointer(other, tops[other], slot)
			if b := read[addr]; !ok || b == nil || !fits(other, addr, b) {
				rest = append(rest, other)
			}
		}
		all = rest
	}
	return nil
}

// tops reads the innermost parts of stacks.
func (w *waitReader) tops(all []*sleeper) (map[*sleeper][]byte, error) {
	ranges := make([]Range, 0, len(all))
	for _, at := range all {
		if size, err := at.g.stackSize(); err == nil {
			ranges = append(ranges, Range{Addr: at.g.sp, Buf: make([]byte, min(size, maxTop))})
		} else {
			ranges = append(ranges, Range{Addr: at.g.sp})
		}
	}
	if err := w.mem.readRanges(ranges); err != nil {
		return nil, err
	}
	tops := make(map[*sleeper][]byte, len(all))
	for i, at := range all {
		if ranges[i].Err == nil {
			tops[at] = ranges[i].Buf
		}
	}
	return tops, nil
}

// search tries all words of a stack and returns which fits; -1: none.
func (w *waitReader) search(at *sleeper, top []byte, size uint64, fits func(*sleeper, uint64, []byte) bool) (slot int, err error) {
	var addrs []uint64
	for i := range len(top) / wordSize {
		if addr, ok := w.pointer(at, top, i); ok {
			addrs = append(addrs, addr)
		}
	}
	read, err := w.readEach(addrs, size)
	if err != nil {
		return -1, err
	}
	for i := range len(top) / wordSize {
		addr, ok := w.pointer(at, top, i)
		if b := read[addr]; ok && b != nil && fits(at, addr, b) {
			return i, nil
		}
	}
	return -1, nil
}

// pointer returns a word of a stack, if that may be a pointer to something that
// is not on that stack.
func (w *waitReader) pointer(at *sleeper, top []byte, slot int) (addr uint64, ok bool) {
	if (slot+1)*wordSize > len(top) {
		return 0, false
	}
	addr = binary.LittleEndian.Uint64(top[slot*wordSize:])
	own := addr >= at.g.sp && addr <= at.g.stackTop
	return addr, addr >= pageSize && addr < 1<<56 && addr%wordSize == 0 && !own
}

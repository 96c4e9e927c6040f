package goruntime

import (
	"encoding/binary"
	"fmt"
)

// memory reads words of a little-endian target with 8-byte pointers, which
// every platform that Delve supports but linux/386 is.
type memory struct {
	s Session
	// pages holds the parts of the program's read-only data that were looked
	// at, by page number. They never change while the process lives, and every
	// read of a remote target costs a round trip.
	pages map[uint64][]byte
	run   []byte // what readRanges reads into; nil until needed
}

const pageSize = 4096

func (m *memory) uint64(addr uint64) (uint64, error) {
	var b [8]byte
	if err := m.read(addr, b[:]); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b[:]), nil
}

// read reads memory that may change between stops.
func (m *memory) read(addr uint64, buf []byte) error {
	if addr < pageSize { // the zero page is never mapped: do not ask a debugger for it
		return fmt.Errorf("reading %d bytes at %#x: not an address", len(buf), addr)
	}
	if err := m.s.ReadMemory(addr, buf); err != nil {
		return fmt.Errorf("reading %d bytes at %#x: %w", len(buf), addr, err)
	}
	return nil
}

// readConst reads memory that does not change while the process lives.
func (m *memory) readConst(addr uint64, buf []byte) error {
	for len(buf) > 0 {
		page := addr / pageSize
		b, ok := m.pages[page]
		if !ok {
			b = make([]byte, pageSize)
			if err := m.read(page*pageSize, b); err != nil {
				// A section may end within its last page.
				return m.read(addr, buf)
			}
			m.pages[page] = b
		}
		n := copy(buf, b[addr%pageSize:])
		buf, addr = buf[n:], addr+uint64(n)
	}
	return nil
}

// constString reads a NUL-terminated string of at most 64 KiB.
func (m *memory) constString(addr uint64) (string, error) {
	var s []byte
	var b [64]byte
	for len(s) < 1<<16 {
		chunk := b[:min(len(b), int(pageSize-addr%pageSize))]
		if err := m.readConst(addr, chunk); err != nil {
			return "", err
		}
		for i, c := range chunk {
			if c == 0 {
				return string(append(s, chunk[:i]...)), nil
			}
		}
		s = append(s, chunk...)
		addr += uint64(len(chunk))
	}
	return "", fmt.Errorf("reading a name at %#x: no end within 64 KiB", addr)
}

// A slice is the header of a Go slice in the target.
type slice struct{ ptr, len uint64 }

// slice reads a slice header and refuses one of more than limit elements.
func (m *memory) slice(addr, limit uint64) (slice, error) {
	var b [16]byte
	if err := m.read(addr, b[:]); err != nil {
		return slice{}, err
	}
	s := slice{binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])}
	if s.len > limit {
		return slice{}, fmt.Errorf("slice at %#x claims %d elements, more than the %d that can be", addr, s.len, limit)
	}
	return s, nil
}

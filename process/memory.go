//go:build linux && (amd64 || arm64)

package process

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// memory reads a process by process_vm_readv.
type memory struct {
	pid    int
	local  []unix.Iovec
	remote []unix.RemoteIovec
}

// A piece is a part of the target's memory, to be read into buf.
type piece struct {
	addr uint64
	buf  []byte
	ok   bool // has been read, wholly
}

// maxPieces is how many ranges the kernel takes in one call (IOV_MAX).
const maxPieces = 1024

// read reads one range, wholly or not at all.
func (m *memory) read(addr uint64, buf []byte) error {
	if len(buf) == 0 {
		return nil
	}
	p := []piece{{addr: addr, buf: buf}}
	if err := m.readAll(p); err != nil {
		return err
	}
	if !p[0].ok {
		return fmt.Errorf("%d bytes at %#x cannot be read", len(buf), addr)
	}
	return nil
}

// readAll reads many ranges with few calls, and notes for each whether it could
// be read. It fails only where nothing can be read at all.
func (m *memory) readAll(pieces []piece) error {
	if m.local == nil {
		m.local = make([]unix.Iovec, maxPieces)
		m.remote = make([]unix.RemoteIovec, maxPieces)
	}
	for len(pieces) > 0 {
		n := 0
		for ; n < len(pieces) && n < maxPieces && len(pieces[n].buf) > 0; n++ {
			p := &pieces[n]
			m.local[n].Base = &p.buf[0]
			m.local[n].SetLen(len(p.buf))
			m.remote[n] = unix.RemoteIovec{Base: uintptr(p.addr), Len: len(p.buf)}
		}
		if n == 0 { // nothing is asked of the first
			pieces[0].ok = true
			pieces = pieces[1:]
			continue
		}
		got, err := unix.ProcessVMReadv(m.pid, m.local[:n], m.remote[:n], 0)
		switch {
		case err == unix.ESRCH:
			return ErrEnded
		case err == unix.EFAULT:
			got = 0 // the first cannot be read
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		}
		i := 0
		for ; i < n && got >= len(pieces[i].buf); i++ {
			got -= len(pieces[i].buf)
			pieces[i].ok = true
		}
		if i < n { // the kernel stops at the first that it cannot read
			pieces[i].ok = false
			i++
		}
		pieces = pieces[i:]
	}
	return nil
}

// A source is the memory of a program.
type source interface {
	// read reads one range, wholly or not at all.
	read(addr uint64, buf []byte) error
}

func readWord(m source, addr uint64) (uint64, error) {
	var b [8]byte
	err := m.read(addr, b[:])
	return binary.LittleEndian.Uint64(b[:]), err
}

// An arena is memory of our own for copies, outside of the garbage collector's
// heap and ready to be written to: page faults in the stop would make it longer.
type arena struct {
	blocks [][]byte
	spare  []byte // made ready ahead of the stop
}

// alloc returns n bytes.
func (a *arena) alloc(n int) ([]byte, error) {
	if n <= len(a.spare) {
		b := a.spare[:n:n]
		a.spare = a.spare[n:]
		return b, nil
	}
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("allocating %d bytes for a copy: %w", n, err)
	}
	a.blocks = append(a.blocks, b)
	return b, nil
}

// reserve makes n bytes ready.
func (a *arena) reserve(n int) error {
	a.spare = nil
	b, err := a.alloc(n)
	a.spare = b
	return err
}

// size returns how many bytes have been asked of the system.
func (a *arena) size() (n int) {
	for _, b := range a.blocks {
		n += len(b)
	}
	return n
}

func (a *arena) free() {
	for _, b := range a.blocks {
		_ = unix.Munmap(b) // there is nothing to be done about a failure
	}
	*a = arena{}
}

//go:build linux && (amd64 || arm64)

package process

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// A goroutine is the copy of a runtime.g and of its stack.
type goroutine struct {
	addr  uint64
	b     []byte // the runtime.g
	ok    bool   // b could be read
	hot   bool   // was seen to change while the program ran
	torn  bool   // never held still: nothing of its stack is known
	stack stack
}

// A stack is the copy of a goroutine's stack, from addr on: what is beyond
// belongs to it, too, but has not been copied.
type stack struct {
	lo, hi uint64 // of the whole stack
	addr   uint64
	b      []byte
}

// Statuses of a runtime.g (runtime/runtime2.go).
const (
	statusIdle    = 0
	statusRunning = 2
	statusDead    = 6
	statusCopy    = 8  // its stack is being moved
	statusExtra   = 11 // a spare one, for threads of C code
	statusScan    = 0x1000
)

// word returns the word at an offset of the runtime.g.
func (g *goroutine) word(at uint64) uint64 { return binary.LittleEndian.Uint64(g.b[at:]) }

func (p *Process) status(g *goroutine) uint32 {
	return binary.LittleEndian.Uint32(g.b[p.g.status:]) &^ statusScan
}

func (p *Process) alive(g *goroutine) bool {
	if !g.ok {
		return false
	}
	switch p.status(g) {
	case statusIdle, statusDead, statusExtra:
		return false
	}
	return g.word(p.g.goid) != 0
}

// A run is a piece of memory that holds several runtime.g's: they are made one
// after the other, and most stand close together.
type run struct {
	addr uint64
	b    []byte
	gs   []int // in Snapshot.gs
}

const (
	maxGoroutines = 1 << 24
	maxGap        = 512 // that may lie between two g's of a run
	maxRun        = 1 << 20
)

// list reads the addresses of all g's: runtime.allgs, which only grows.
func (s *Snapshot) list() error {
	var header [16]byte
	at := s.p.image.variables["allgs"]
	if err := s.p.mem.read(at, header[:]); err != nil {
		return err
	}
	ptr, n := binary.LittleEndian.Uint64(header[:]), binary.LittleEndian.Uint64(header[8:])
	if n > maxGoroutines || n < uint64(len(s.gs)) {
		return fmt.Errorf("its runtime.allgs claims %d goroutines, which cannot be", n)
	}
	list := make([]byte, 8*n)
	if err := s.p.mem.read(ptr, list); err != nil {
		return err
	}
	for i := len(s.gs); i < int(n); i++ {
		s.gs = append(s.gs, goroutine{addr: binary.LittleEndian.Uint64(list[8*i:])})
	}
	s.allgs = []frozen{{at, slices.Clone(header[:])}, {ptr, list}}
	return nil
}

// plan divides the g's from first on into runs.
func (s *Snapshot) plan(first int) error {
	order := make([]int, 0, len(s.gs)-first)
	for i := first; i < len(s.gs); i++ {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(s.gs[a].addr, s.gs[b].addr) })
	type span struct {
		addr, end uint64
		gs        []int
	}
	var spans []span
	total := 0
	for at, i := range order {
		addr := s.gs[i].addr
		if n := len(spans); n > 0 && addr >= spans[n-1].end && addr-spans[n-1].end <= maxGap && addr-spans[n-1].addr < maxRun {
			last := &spans[n-1]
			total += int(addr + s.p.gsize - last.end)
			last.end = addr + s.p.gsize
			last.gs = last.gs[:len(last.gs)+1]
			continue
		}
		spans = append(spans, span{addr, addr + s.p.gsize, order[at : at+1]})
		total += int(s.p.gsize)
	}
	buf, err := s.arena.alloc(total)
	if err != nil {
		return err
	}
	for _, sp := range spans {
		n := int(sp.end - sp.addr)
		r := run{sp.addr, buf[:n:n], sp.gs}
		buf = buf[n:]
		for _, i := range r.gs {
			g := &s.gs[i]
			g.b = r.b[g.addr-r.addr:][:s.p.gsize]
		}
		s.runs = append(s.runs, r)
	}
	return nil
}

// readRuns reads the g's of some runs for the first time.
func (s *Snapshot) readRuns(runs []run) error {
	pieces := make([]piece, len(runs))
	for i, r := range runs {
		pieces[i] = piece{addr: r.addr, buf: r.b}
	}
	if err := s.p.mem.readAll(pieces); err != nil {
		return err
	}
	for i, r := range runs {
		for _, g := range r.gs {
			s.gs[g].ok = pieces[i].ok
		}
	}
	return nil
}

// renewRuns reads all g's again and calls changed with each that is not as it
// was, after having renewed it.
func (s *Snapshot) renewRuns(runs []run, changed func(*goroutine)) error {
	var pieces []piece
	var from int
	used := 0
	flush := func(to int) error {
		if err := s.p.mem.readAll(pieces); err != nil {
			return err
		}
		for i, piece := range pieces {
			r := runs[from+i]
			for _, j := range r.gs {
				g := &s.gs[j]
				b := piece.buf[g.addr-r.addr:][:s.p.gsize]
				if g.ok != piece.ok || !bytes.Equal(b, g.b) {
					copy(g.b, b)
					g.ok = piece.ok
					changed(g)
				}
			}
		}
		pieces, from, used = pieces[:0], to, 0
		return nil
	}
	for i, r := range runs {
		if used+len(r.b) > len(s.scratch) {
			if err := flush(i); err != nil {
				return err
			}
		}
		pieces = append(pieces, piece{addr: r.addr, buf: s.scratch[used : used+len(r.b)]})
		used += len(r.b)
	}
	return flush(len(runs))
}

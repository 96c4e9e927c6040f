package goruntime

import (
	"encoding/binary"
	"fmt"
)

// A goroutine is what of a runtime.g says who it is and how it came to be.
type goroutine struct {
	addr      uint64 // of the runtime.g
	id        int64
	parent    int64  // g.parentGoid; 0: none
	gopc      uint64 // return address of the go statement that made it; 0: none
	ancestors uint64 // address of its []ancestorInfo; 0: none
	status    uint32
	wait      uint8
	since     int64    // g.waitsince, by the target's clock; 0: not known (the garbage collector sets it)
	m         uint64   // address of the runtime.m of the thread that it is on; 0: none
	sp, pc    uint64   // where it stopped, unless it is on a thread
	lr        uint64   // where the function at pc returns to, if it has not stored that yet; 0: it has, or the machine has no link register
	stackTop  uint64   // g.stktopsp: the stack pointer of its outermost frame
	label     uint64   // address of its spawn label; 0: none
	spawners  [4]int64 // ids of the spawner, the spawner's spawner, and on; 0: not known
}

// A slot is where the g of a goroutine was found: its address, and its position
// in runtime.allgs, if that is known. Both are for ever.
type slot struct {
	addr     uint64
	position int
}

const unknown = -1

const (
	statusRunnable = 1      // runtime._Grunnable
	statusSyscall  = 3      // runtime._Gsyscall
	statusWaiting  = 4      // runtime._Gwaiting
	statusDead     = 6      // runtime._Gdead
	statusLeaked   = 10     // runtime._Gleaked, Go 1.26: it waits for what can never happen
	statusExtra    = 11     // runtime._Gdeadextra, Go 1.26
	statusScan     = 0x1000 // runtime._Gscan, a flag beside the status
)

// statusNames are the states of runtime/runtime2.go, without their _G.
var statusNames = map[uint32]string{
	0: "idle", 1: "runnable", 2: "running", 3: "syscall", 4: "waiting",
	8: "copystack", 9: "preempted", 10: "leaked",
}

func (g *goroutine) alive() bool {
	return g.id != 0 && g.status != statusDead && g.status != statusExtra && g.status != 0
}

// gSize returns how many bytes of a runtime.g hold all that is read of it.
func (p *program) gSize() uint64 {
	if p.labels == nil {
		return p.layout.g.size
	}
	return max(p.layout.g.size, p.labels.GSpawn+8, p.labels.GSpawnGoids+24)
}

// readGoroutine reads the runtime.g at addr.
func (p *program) readGoroutine(addr uint64) (goroutine, error) {
	b := make([]byte, p.gSize())
	if err := p.mem.read(addr, b); err != nil {
		return goroutine{}, fmt.Errorf("reading the runtime.g at %#x: %w", addr, err)
	}
	return p.decode(addr, b)
}

// decode returns the goroutine of the runtime.g at addr, which has been read.
func (p *program) decode(addr uint64, b []byte) (goroutine, error) {
	word := func(off uint64) uint64 { return binary.LittleEndian.Uint64(b[off:]) }
	l := &p.layout.g
	g := goroutine{
		addr:      addr,
		id:        int64(word(l.goid)),
		parent:    int64(word(l.parentGoid)),
		gopc:      word(l.gopc),
		ancestors: word(l.ancestors),
		status:    uint32(word(l.atomicstatus)) &^ statusScan,
		wait:      uint8(word(l.waitreason)),
		since:     int64(word(l.waitsince)),
		m:         word(l.m),
		sp:        word(l.sp),
		pc:        word(l.pc),
		stackTop:  word(l.stktopsp),
	}
	if l.lr != absent {
		g.lr = word(l.lr)
	}
	g.spawners[0] = g.parent
	if p.labels != nil {
		s, err := p.labels.Spawn(copied{addr, b}, addr)
		if err != nil {
			return goroutine{}, err
		}
		g.label, g.spawners = s.Label, s.Spawners
	}
	return g, nil
}

// copied is the memory that has been read of one g: one read of the target
// serves all that is asked about it.
type copied struct {
	addr uint64
	b    []byte
}

func (c copied) ReadMemory(addr uint64, buf []byte) error {
	off := addr - c.addr
	if addr < c.addr || off > uint64(len(c.b)) || copy(buf, c.b[off:]) < len(buf) {
		return fmt.Errorf("%d bytes at %#x are not in the copy of the g", len(buf), addr)
	}
	return nil
}

// asked returns the goroutine of an id that a client has asked about, and
// whether it lives; a zero one where there is none.
//
// The debugger has just been asked for it too, and may know where it is.
// Otherwise, among many goroutines, it is asked by an evaluation; among few a
// scan is cheaper.
func (p *program) asked(id int64) (goroutine, bool, error) {
	if _, ok := p.slot(id); !ok && id > 0 {
		if addr, ok := p.locate(id); ok {
			p.located[id] = slot{addr: addr, position: unknown}
		}
	}
	return p.find(id)
}

func (p *program) locate(id int64) (addr uint64, ok bool) {
	if l, ok := p.session.(locator); ok {
		addr, err := l.Locate(id)
		return addr, err == nil
	}
	const many = 128
	if len(p.scanner.addrs) <= many {
		return 0, false
	}
	addr, err := p.session.Eval(id, "uintptr(&runtime.curg.goid)")
	return addr - p.layout.g.goid, err == nil
}

// find returns the goroutine of an id, and whether it lives; a zero one where
// there is none.
//
// A runtime.g belongs to one goroutine as long as that lives, and ids are
// never used again: an id seen once is found again by one read, and one whose
// g has another id now is gone for good. Only an id never seen before costs a
// scan of all g's, at most one in a stop.
func (p *program) find(id int64) (goroutine, bool, error) {
	at, ok := p.slot(id)
	if !ok && !p.scanned {
		if err := p.scan(); err != nil {
			return goroutine{}, false, err
		}
		at, ok = p.slot(id)
	}
	if !ok {
		return goroutine{}, false, nil
	}
	g, err := p.readGoroutine(at.addr)
	if err != nil || g.id != id {
		return goroutine{}, false, err
	}
	return g, g.alive(), nil
}

// spawner is find for an id that a goroutine has been spawned by: one that was
// not to be found once has exited, and is not looked for again.
func (p *program) spawner(id int64) (goroutine, bool, error) {
	if p.gone[id] {
		return goroutine{}, false, nil
	}
	g, alive, err := p.find(id)
	if err == nil && !alive {
		p.gone[id] = true
	}
	return g, alive, err
}

// waitReason returns the runtime's words for why a goroutine waits, from the
// target's own table: their numbers differ between releases.
func (p *program) waitReason(n uint8) string {
	if s, ok := p.waits[n]; ok {
		return s
	}
	var s string
	if p.layout.waitReasons != 0 {
		if h, err := p.mem.slice(p.layout.waitReasons+uint64(n)*16, 100); err == nil && h.len > 0 {
			b := make([]byte, h.len)
			if p.mem.readConst(h.ptr, b) == nil {
				s = string(b)
			}
		}
	}
	p.waits[n] = s
	return s
}

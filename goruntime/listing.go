package goruntime

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// A listing is to lists what [layout] is to all else: where is what only they
// tell. What a program does not have, or a Session does not know, is absent.
type listing struct {
	startpc, labels, runningCleanups uint64 // offsets in runtime.g
	size                             uint64 // bytes that hold all of it
	fingStatus                       uint64 // address of a variable
	release                          int    // 26 of Go 1.26; 0: not known
}

const absent = ^uint64(0)

func (p *program) readListing() *listing {
	at := placesOf(p.session)
	l := &listing{size: p.gSize(), fingStatus: absent}
	field := func(name string) uint64 {
		off, err := at.Offset("g", name)
		if err != nil || off > maxG-8 {
			return absent
		}
		l.size = max(l.size, off+8)
		return off
	}
	l.startpc, l.labels, l.runningCleanups = field("startpc"), field("labels"), field("runningCleanups")
	if addr, err := at.Address("fingStatus"); err == nil {
		l.fingStatus = addr
	}
	if addr, err := at.Address("buildVersion"); err == nil {
		l.release = p.release(addr)
	}
	return l
}

// release returns the number of the Go release that a runtime.buildVersion tells
// ("go1.26.8", "devel go1.27-f00ba4"): 26.
func (p *program) release(buildVersion uint64) int {
	s, err := p.mem.slice(buildVersion, 1000)
	if err != nil {
		return 0
	}
	b := make([]byte, s.len)
	if p.mem.read(s.ptr, b) != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(b), "go1.")
	digits := after[:len(after)-len(strings.TrimLeft(after, "0123456789"))]
	n, _ := strconv.Atoi(digits)
	return n
}

// decode returns a goroutine with what b, which is its g, tells for lists.
func (l *listing) decode(g goroutine, b []byte) listed {
	word := func(off uint64) uint64 {
		if off == absent {
			return 0
		}
		return binary.LittleEndian.Uint64(b[off:])
	}
	return listed{
		presence:        presence{g: g},
		start:           word(l.startpc),
		labels:          word(l.labels),
		runningCleanups: byte(word(l.runningCleanups)) != 0,
	}
}

// isSystem tells whether a goroutine is one of the runtime's own, as
// runtime.isSystemGoroutine does: by the function that it began in.
func (p *program) isSystem(at *listed, finalizing bool) bool {
	if at.start == 0 {
		return false
	}
	calls, err := p.symbols.resolve(at.start, true)
	if err != nil {
		return false
	}
	switch name := calls[len(calls)-1].Func; name {
	case "runtime.main", "runtime.corostart", "runtime.handleAsyncEvent":
		return false
	case "runtime.runfinq", "runtime.runFinalizers": // before Go 1.25, since
		return !finalizing
	case "runtime.runCleanups":
		return !at.runningCleanups
	default:
		return strings.HasPrefix(name, "runtime.")
	}
}

// finalizing tells whether the goroutine of finalizers is in one of them.
func (p *program) finalizing() bool {
	const running = 2 // runtime.fingRunningFinalizer
	var b [4]byte     // an atomic.Uint32
	return p.listing.fingStatus != absent && p.mem.read(p.listing.fingStatus, b[:]) == nil &&
		binary.LittleEndian.Uint32(b[:])&running != 0
}

package goruntime

import (
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

const (
	beingWoken = "it is just being woken"
	unreadable = "the runtime's queues could not be read"
)

// channels finds the channels that goroutines wait on, by their sudogs.
func (w *waitReader) channels(all []*sleeper) error {
	waiting := of(all, "chan receive", "chan send", "select")
	if w.layout.chans != nil {
		for _, at := range waiting {
			at.wait.Unknown = w.layout.chans.Error()
		}
		return nil
	}
	if err := w.ownSudogs(waiting); err != nil {
		return err
	}
	var addrs []uint64
	for _, at := range waiting {
		for _, s := range at.sudogs {
			addrs = append(addrs, s.c)
		}
	}
	chans, err := w.readEach(addrs, w.layout.hchan.size)
	if err != nil {
		return err
	}
	timers, err := w.timers(chans)
	if err != nil {
		return err
	}
	for i, addr := range chans.addrs {
		b := chans.b[i]
		if b == nil {
			continue
		}
		if err := w.channel(addr, b); err != nil {
			return err
		}
	}
	for _, at := range waiting {
		w.cases(at, chans, timers)
	}
	return nil
}

// ownSudogs follows the lists of sudogs at g.waiting, one step of all at a time.
func (w *waitReader) ownSudogs(waiting []*sleeper) error {
	type step struct {
		at   *sleeper
		addr uint64
	}
	var steps []step
	for _, at := range waiting {
		steps = append(steps, step{at, at.sudog})
	}
	for n := 0; len(steps) > 0; n++ {
		addrs := make([]uint64, len(steps))
		for i, s := range steps {
			addrs[i] = s.addr
		}
		read, err := w.readEach(addrs, w.layout.sudog.size)
		if err != nil {
			return err
		}
		var next []step
		for _, s := range steps {
			sg := w.sudog(s.addr, read.at(s.addr))
			if sg == nil || sg.g != s.at.g.addr || sg.c == 0 {
				s.at.wait.Unknown = unreadable
				continue
			}
			s.at.sudogs = append(s.at.sudogs, sg)
			if sg.waitlink == 0 {
				continue
			}
			if n == maxCases-1 || s.at.reason != "select" {
				s.at.wait.Cut = true
				continue
			}
			next = append(next, step{s.at, sg.waitlink})
		}
		steps = next
	}
	return nil
}

// sudog returns the sudog at an address, whose memory is b, and keeps it.
func (w *waitReader) sudog(addr uint64, b []byte) *sudog {
	if b == nil {
		return nil
	}
	l := &w.layout.sudog
	s := &sudog{
		addr: addr, g: word(b, l.g), next: word(b, l.next), elem: word(b, l.elem),
		waitlink: word(b, l.waitlink), c: word(b, l.c),
	}
	w.sudogs[addr] = s
	return s
}

// channel makes the object of a runtime.hchan, and tells those in its queues
// which of the two they are in.
func (w *waitReader) channel(addr uint64, b []byte) error {
	l := &w.layout.hchan
	o := &stitch.Object{
		Kind: stitch.Chan, Addr: addr, Len: word(b, l.qcount), Cap: word(b, l.dataqsiz),
		Closed: uint32(word(b, l.closed)) != 0, Timer: word(b, l.timer) != 0,
	}
	if o.Len > o.Cap || uint32(word(b, l.closed)) > 1 {
		return nil // it is no channel
	}
	o.Elem = w.typeName(word(b, l.elemtype))
	w.objects[addr] = o
	for op, first := range map[stitch.Op]uint64{stitch.OpReceive: word(b, l.recvq), stitch.OpSend: word(b, l.sendq)} {
		for at := first; at != 0; {
			s := w.sudogs[at]
			if s == nil {
				// It belongs to one that is not, or not yet, in the list.
				if w.strange++; w.strange > maxStrangers {
					break
				}
				read, err := w.readEach([]uint64{at}, w.layout.sudog.size)
				if err != nil {
					return err
				}
				if s = w.sudog(at, read.at(at)); s == nil {
					break
				}
			}
			if s.c != addr || s.queue != "" { // or it goes in a circle
				break
			}
			s.queue = op
			at = s.next
		}
	}
	return nil
}

// timers reads the runtime.timers of channels.
func (w *waitReader) timers(chans pieces) (pieces, error) {
	if w.layout.when == absent || w.layout.hchan.timer == absent {
		return pieces{}, nil
	}
	var addrs []uint64
	for _, b := range chans.b {
		if b == nil {
			continue
		}
		if t := word(b, w.layout.hchan.timer); t != 0 {
			addrs = append(addrs, t)
		}
	}
	return w.readEach(addrs, w.layout.when+wordSize)
}

// cases makes the Wait of a goroutine whose sudogs are known.
func (w *waitReader) cases(at *sleeper, chans, timers pieces) {
	if at.wait.Unknown != "" {
		return
	}
	for _, s := range at.sudogs {
		o := w.objects[s.c]
		if o == nil {
			at.wait.Unknown = fmt.Sprintf("no channel could be read at %#x", s.c)
			at.wait.Cases = nil
			return
		}
		op := s.queue
		switch {
		case at.reason == "chan receive":
			op = stitch.OpReceive
		case at.reason == "chan send":
			op = stitch.OpSend
		}
		if s.queue != op || op == "" {
			at.wait.Unknown, at.wait.Cases = beingWoken, nil
			return
		}
		c := stitch.Case{Op: op, On: o}
		if t := timers.at(word(chans.at(s.c), w.layout.hchan.timer)); t != nil && op == stitch.OpReceive {
			c.Due = w.due(word(t, w.layout.when))
		}
		at.wait.Cases = append(at.wait.Cases, c)
	}
}

// typeName returns the name of the type that a runtime type descriptor is of;
// "": not known.
func (w *waitReader) typeName(addr uint64) string {
	if name, ok := w.typeNames[addr]; ok {
		return name
	}
	name := w.readTypeName(addr)
	w.typeNames[addr] = name
	return name
}

// The head of an internal/abi.Type, and its flag for names that have a star too
// many: the same in all known releases.
const (
	typeFlag      = 20
	typeName      = 40
	typeSize      = 48
	typeExtraStar = 1 << 1
	maxTypeName   = 1000
)

func (w *waitReader) readTypeName(addr uint64) string {
	if w.layout.syncs != nil || w.layout.types == absent || w.layout.etypes == absent {
		return ""
	}
	var b [typeSize]byte
	if addr < pageSize || w.mem.readConst(addr, b[:]) != nil {
		return ""
	}
	for _, m := range w.symbols.modules {
		types, err := w.mem.uint64(m.addr + w.layout.types)
		if err != nil {
			continue
		}
		end, err := w.mem.uint64(m.addr + w.layout.etypes)
		if err != nil || addr < types || addr >= end {
			continue
		}
		// An internal/abi.Name: flags, the length as a varint, the name.
		at := types + uint64(uint32(word(b[:], typeName)))
		var head [3]byte
		if at >= end || w.mem.readConst(at, head[:]) != nil {
			return ""
		}
		n, text := uint64(head[1]), at+2
		if n >= 0x80 {
			n, text = n&0x7f|uint64(head[2])<<7, at+3
		}
		if n > maxTypeName || text+n > end {
			return ""
		}
		name := make([]byte, n)
		if w.mem.readConst(text, name) != nil {
			return ""
		}
		if b[typeFlag]&typeExtraStar != 0 && n > 0 {
			name = name[1:]
		}
		return string(name)
	}
	return "" // made by reflection
}

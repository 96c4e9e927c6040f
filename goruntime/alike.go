package goruntime

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// A shape is a kind of stack: which return addresses stand where in it. Where
// they do, a walk would find the same frames.
type shape struct {
	places []place
	number int32
}

type place struct {
	offset uint32 // from the stack pointer
	pc     uint64
}

type shapeKey struct {
	pc   uint64
	size uint32
}

// maxKept bounds how many kinds of each sort are kept: of a program in which all
// goroutines differ they are forgotten now and then.
const maxKept = 1 << 16

// lookAtMoved reads the stacks of the goroutines that have been noted as moved,
// and says who of them are alike.
func (p *program) lookAtMoved() error {
	v := &p.scanner.overview
	// Stacks that stand close together are read together.
	slices.SortFunc(v.moved, func(a, b moved) int { return cmp.Compare(v.seen[a.position].sp, v.seen[b.position].sp) })
	for left := v.moved; len(left) > 0; left = left[len(v.ranges):] {
		buf := v.stacks
		v.ranges = v.ranges[:0]
		for _, m := range left {
			if int(m.size) > len(buf) {
				break
			}
			v.ranges = append(v.ranges, Range{Addr: v.seen[m.position].sp, Buf: buf[:m.size]})
			buf = buf[m.size:]
		}
		if err := p.mem.readRanges(v.ranges); err != nil {
			return err
		}
		for i, r := range v.ranges {
			if r.Err != nil {
				continue // it is like no other
			}
			at, head, k := &v.seen[left[i].position], &v.heads[left[i].position], left[i].kind
			if k.stack = p.shapeNumber(at, r.Buf); k.stack != 0 {
				head.Alike = number(v.kinds, k)
				// Of the runtime's own some change without running.
				at.known = v.runs != absent && !head.System
			}
		}
	}
	v.moved = v.moved[:0]
	return nil
}

// shapeNumber returns the number of a parked goroutine's own frames; 0: they
// are not known.
func (p *program) shapeNumber(at *seen, stack []byte) int32 {
	v := &p.scanner.overview
	key := shapeKey{at.pc, uint32(len(stack))}
	for _, s := range v.shapes[key] {
		if s.fits(stack) {
			return s.number
		}
	}
	g := goroutine{sp: at.sp, pc: at.pc, stackTop: at.sp + uint64(len(stack)) - wordSize}
	frames, err := p.walk(g, stack)
	if err != nil {
		return 0
	}
	places, err := p.places(stack)
	if err != nil {
		return 0
	}
	if len(v.shapes) >= maxKept {
		clear(v.shapes)
	}
	n := number(v.owns, frameText(frames[:stitch.OwnLen(frames)]))
	const many = 64 // to be compared with
	if len(v.shapes[key]) < many {
		v.shapes[key] = append(v.shapes[key], shape{places, n})
	}
	return n
}

func (s shape) fits(stack []byte) bool {
	for _, p := range s.places {
		if binary.LittleEndian.Uint64(stack[p.offset:]) != p.pc {
			return false
		}
	}
	return true
}

// places returns where the return addresses of the stack stand that has just
// been walked.
func (p *program) places(stack []byte) ([]place, error) {
	var places []place
	at := uint64(0)
	for addrs := p.addrs; len(addrs) > wordSize; addrs = addrs[wordSize:] {
		pc, caller := binary.LittleEndian.Uint64(addrs), binary.LittleEndian.Uint64(addrs[wordSize:])
		m, f, err := p.symbols.find(pc)
		if err != nil {
			return nil, err
		}
		depth, err := p.symbols.depth(m, f, pc)
		if err != nil {
			return nil, err
		}
		if m.linkRegister() {
			places = append(places, place{uint32(at), caller})
			at += depth
		} else {
			places = append(places, place{uint32(at + depth), caller})
			at += depth + wordSize
		}
	}
	return places, nil
}

// chainNumber returns the number of a goroutine's chain, for which its spawners'
// numbers do not count, nor what they are doing.
func (p *program) chainNumber(g goroutine) int32 {
	v := &p.scanner.overview
	if g.label == 0 && g.ancestors == 0 && p.labels == nil {
		// What is guessed of a spawner's present stack is the same for all that
		// it made.
		return number(v.chains, fmt.Sprintf("\x02%x %d", g.gopc, g.parent))
	}
	if g.label == 0 {
		c, err := p.chain(g, maxListed)
		if err != nil {
			c = stitch.Chain{Cut: stitch.CutUnreadable}
		}
		return number(v.chains, chainText(c))
	}
	n, ok := v.labelled[g.label]
	if !ok {
		g.spawners = [4]int64{}
		c, err := p.chain(g, maxListed)
		if err != nil {
			c = stitch.Chain{Cut: stitch.CutUnreadable}
		}
		n = number(v.chains, chainText(c))
		v.labelled[g.label] = n
	}
	return n
}

// number returns the number of a key, the next free one for a new key. They
// begin with 1.
func number[K comparable](m map[K]int32, key K) int32 {
	n, ok := m[key]
	if !ok {
		n = int32(len(m) + 1)
		m[key] = n
	}
	return n
}

// frameText is the same for lists of frames that read the same.
func frameText(frames []stitch.Frame) string {
	var b strings.Builder
	for _, f := range frames {
		b.WriteString(f.Func + "\x00" + f.File + "\x00" + strconv.Itoa(f.Line) + "\x00")
	}
	return b.String()
}

func chainText(c stitch.Chain) string {
	var b strings.Builder
	b.WriteString(string(c.Cut))
	for _, l := range c.Links {
		b.WriteString("\x01" + string(l.Provenance) + "\x00" + string(l.Cut) + "\x00" + strconv.FormatBool(l.FramesCut) + "\x00" + frameText(l.Frames))
	}
	return b.String()
}

// systemNow is isSystem, with what is known of the functions that goroutines
// begin in.
func (p *program) systemNow(at *listed, finalizing bool) bool {
	v := &p.scanner.overview
	class, ok := v.system[at.start]
	if !ok {
		class = p.systemClass(at.start)
		v.system[at.start] = class
	}
	if class == sometimes {
		return p.isSystem(at, finalizing)
	}
	return class == systemFunction
}

func (p *program) systemClass(start uint64) systemClass {
	calls, err := p.symbols.resolve(start, true)
	if start == 0 || err != nil {
		return userFunction
	}
	switch calls[len(calls)-1].Func {
	case "runtime.runfinq", "runtime.runFinalizers", "runtime.runCleanups":
		return sometimes
	}
	if p.isSystem(&listed{start: start}, false) {
		return systemFunction
	}
	return userFunction
}

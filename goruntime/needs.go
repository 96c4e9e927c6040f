package goruntime

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// A keeper is a function of the standard library that releases what others wait
// for with a deferred call, and not before: while it is in certain calls, the
// closure of that deferred call is in its frame, and behind the closure's code what
// it releases.
type keeper struct {
	in  func(call string) bool // the calls
	why string
}

const (
	onceSlow  = "sync.(*Once).doSlow"
	mutexLock = "sync.(*Mutex).Lock"
)

// keepers are the same in Go 1.21 to 1.27, but for WaitGroup.Go, which is of Go 1.25.
// All that has a lock takes it in the statement before the deferred call, and cannot
// wait anywhere else before that but in what its calls tell apart.
var keepers = map[string]keeper{
	onceSlow:                           {func(call string) bool { return call != mutexLock }, "it has the lock, while its sync.Once calls a function"},
	"sync.(*WaitGroup).Go.func1":       {func(string) bool { return true }, "the group's Go started it, and it has not ended"},
	"log.(*Logger).output":             {isWrite, "it has the lock, while its log.Logger writes"},
	"log/slog.(*commonHandler).handle": {isWrite, "it has the lock, while its slog.Handler writes"},
	"io.(*pipe).write":                 {func(call string) bool { return call == "runtime.selectgo" }, "it has the lock of those who write to the io.Pipe, and waits for who reads"},
}

func isWrite(call string) bool { return strings.HasSuffix(call, ".Write") }

const onceMutex = 4 // of a sync.Once: where its mutex is, in all known releases

// needs finds those that certainly have to go on before others can: the writer
// that an RWMutex is reserved for, and who is in one of the keepers.
//
// Nothing else is certain. A Mutex may be unlocked by anybody who can get at it, a
// channel closed, and who can is not to be seen without all of the heap.
func (w *waitReader) needs(all []*sleeper) error {
	released := map[uint64]*stitch.Object{} // by what closures may have
	for _, at := range all {
		for _, c := range at.wait.Cases {
			switch {
			case c.Op == stitch.OpDrain:
				c.On.Needs = []stitch.Need{{Goroutine: at.g.id, Reason: "it is the writer whom all others let pass, and waits for readers to leave"}}
			case c.On == nil:
			case c.On.Kind == stitch.Mutex && c.On.Locked:
				released[c.On.Addr] = c.On
				if caller(at.own, mutexLock) == onceSlow {
					released[c.On.Addr-onceMutex] = c.On
				}
			case c.On.Kind == stitch.WaitGroup:
				released[c.On.Addr] = c.On
			}
		}
	}
	if len(released) == 0 {
		return nil
	}
	kept := map[*stitch.Frame]bool{} // whether there is a keeper in a stack: equal ones are the same
	for i := range w.list {
		own := w.list[i].Own
		at := w.present[w.list[i].ID]
		if at == nil || len(own) == 0 {
			continue
		}
		has, known := kept[&own[0]]
		if !known {
			has = slices.ContainsFunc(own, func(f stitch.Frame) bool { return keepers[f.Func].in != nil })
			kept[&own[0]] = has
		}
		if has {
			w.holds(at.g, !sleeps(&w.list[i], at), released)
		}
	}
	return nil
}

// holds notes a goroutine with the objects that it will release. One that cannot
// be read is noted with none. check tells that it has to be looked whether it still
// stands where it stood: those that sleep are looked at later, all at once.
func (w *waitReader) holds(g goroutine, check bool, released map[uint64]*stitch.Object) {
	g, stack := w.standing(g)
	if stack == nil {
		return // it runs
	}
	call := "" // that is under way
	type need struct {
		o   *stitch.Object
		why string
	}
	var found []need
	err := w.eachFrame(g, stack, func(calls []stitch.Frame, _, lo, hi uint64) {
		for _, f := range calls {
			if k := keepers[f.Func]; k.in != nil && k.in(call) {
				if o := w.deferred(stack[lo-g.sp:hi-g.sp], f.Func, released); o != nil {
					found = append(found, need{o, k.why})
				}
			}
			call = f.Func
		}
	})
	if err != nil || len(found) == 0 || check && !w.stands(g, stack) {
		return
	}
	for i, n := range found {
		if !slices.Contains(found[:i], n) { // others are not looked at: there may be very many
			n.o.Needs = append(n.o.Needs, stitch.Need{Goroutine: g.id, Reason: n.why})
		}
	}
}

// standing returns the stack of a goroutine that stands still in Go code: parked,
// or, as one that writes to a file, in a system call, from that on. nil: it does not.
func (w *waitReader) standing(g goroutine) (goroutine, []byte) {
	if g.status != statusSyscall {
		return g, w.stackOf(g)
	}
	at := walker{program: w.program}
	call, err := at.words("g", g.addr, "syscallpc", "syscallsp")
	if err != nil {
		return g, nil
	}
	// For who reads it, it is as if it were parked there.
	g.pc, g.sp, g.status, g.m = call[0], call[1], statusWaiting, 0
	return g, w.stackOf(g)
}

// stands tells whether the part of a goroutine's stack that was read is the same
// now, and in use, where the program goes on while it is read.
func (w *waitReader) stands(g goroutine, stack []byte) bool {
	s, ok := w.session.(nowReader)
	if !ok {
		return true
	}
	at, err := placesOf(w.session).Offset("g", "syscallsp")
	if err != nil {
		return false
	}
	b, now := make([]byte, max(w.gSize(), at+wordSize)), make([]byte, len(stack))
	ranges := []Range{{Addr: g.addr, Buf: b}, {Addr: g.sp, Buf: now}}
	if s.ReadNow(ranges) != nil || ranges[0].Err != nil || ranges[1].Err != nil {
		return false
	}
	then, err := w.decode(g.addr, b)
	inCall := then.status == statusSyscall && word(b, at) == g.sp
	parked := then.m == 0 && then.sp == g.sp && then.status != statusSyscall
	return err == nil && then.id == g.id && (inCall || parked) && bytes.Equal(now, stack)
}

// deferred returns what a closure in a frame of the function fn releases: the
// closure is the address of its code, a function in fn, and what it works on. nil:
// nothing of what is asked for.
func (w *waitReader) deferred(frame []byte, fn string, released map[uint64]*stitch.Object) *stitch.Object {
	for ; len(frame) >= 2*wordSize; frame = frame[wordSize:] {
		o := released[binary.LittleEndian.Uint64(frame[wordSize:])]
		if o == nil {
			continue
		}
		code := binary.LittleEndian.Uint64(frame)
		m, f, err := w.symbols.find(code)
		if err != nil || f.entry != code {
			continue
		}
		if name, err := w.symbols.name(m, f.nameOff); err == nil && strings.HasPrefix(name, fn+".") {
			return o
		}
	}
	return nil
}

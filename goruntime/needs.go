package goruntime

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// Functions of the standard library that release what others wait for with a
// deferred call, and not before: while a goroutine is in one of them, the closure
// of that call is in its frame, and behind the closure's code what it releases.
const (
	onceSlow     = "sync.(*Once).doSlow"        // has the Once's mutex while it calls what is to be done
	waitGroupRun = "sync.(*WaitGroup).Go.func1" // tells the group that what it has called has ended
	mutexLock    = "sync.(*Mutex).Lock"
)

const onceMutex = 4 // of a sync.Once: where its mutex is, in all known releases

// needs finds those that certainly have to go on before others can: the writer
// that an RWMutex is reserved for, who is in a sync.Once, and the goroutines of
// WaitGroup.Go.
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
			case c.On.Kind == stitch.Mutex && caller(at.own, mutexLock) == onceSlow:
				released[c.On.Addr] = c.On
				released[c.On.Addr-onceMutex] = c.On
			case c.On.Kind == stitch.WaitGroup:
				released[c.On.Addr] = c.On
			}
		}
	}
	if len(released) == 0 {
		return nil
	}
	for i := range w.list {
		g := &w.list[i]
		if at := w.present[g.ID]; at != nil && slices.ContainsFunc(g.Own, func(f stitch.Frame) bool { return f.Func == onceSlow || f.Func == waitGroupRun }) {
			w.holds(at, released)
		}
	}
	return nil
}

// holds notes a goroutine with the objects that it will release. One that cannot
// be read is noted with none.
func (w *waitReader) holds(at *presence, released map[uint64]*stitch.Object) {
	stack := w.stackOf(at.g)
	if stack == nil {
		return // it runs
	}
	inner := "" // the call that is under way
	type need struct {
		o   *stitch.Object
		why string
	}
	var found []need
	err := w.eachFrame(at.g, stack, func(calls []stitch.Frame, _, lo, hi uint64) {
		for _, f := range calls {
			switch {
			case f.Func == onceSlow && inner != mutexLock:
				if o := w.deferred(stack[lo-at.g.sp:hi-at.g.sp], f.Func, released); o != nil {
					found = append(found, need{o, "it has the lock, while its sync.Once calls a function"})
				}
			case f.Func == waitGroupRun:
				if o := w.deferred(stack[lo-at.g.sp:hi-at.g.sp], f.Func, released); o != nil {
					found = append(found, need{o, "the group's Go started it, and it has not ended"})
				}
			}
			inner = f.Func
		}
	})
	if err != nil {
		return
	}
	for i, n := range found {
		if !slices.Contains(found[:i], n) { // others are not looked at: there may be very many
			n.o.Needs = append(n.o.Needs, stitch.Need{Goroutine: at.g.id, Reason: n.why})
		}
	}
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

package goruntime

import (
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// Where things are in package sync's types, the same in all known releases.
const (
	mutexSema     = 4 // of a Mutex: behind its state
	writerSem     = 8 // of an RWMutex, which begins with a Mutex
	readerSem     = 12
	readerCount   = 16 // and behind it readerWait
	syncSize      = 24 // bytes of an RWMutex, and of what is read of all others
	waitGroupSema = 8  // of a WaitGroup: behind its state
	condNotify    = 16 // of a Cond: a runtime.notifyList, behind an interface
	notifyHead    = 16 // of a notifyList
	notifySize    = 32

	mutexLocked = 1 // of a Mutex's state
	maxReaders  = 1 << 30
)

// semaphores finds what goroutines wait on in the runtime's semaphores: locks of
// package sync, and groups.
//
// The runtime keeps a goroutine's sudog in g.waiting since Go 1.26. Before, it is
// only on the stack of the function that waits (runtime.semacquire1).
func (w *waitReader) semaphores(all []*sleeper) error {
	waiting := of(all, "sync.Mutex.Lock", "sync.RWMutex.RLock", "sync.RWMutex.Lock", "sync.WaitGroup.Wait", "semacquire")
	why := firstError(w.layout.sudogs, w.layout.syncs)
	if why != nil {
		for _, at := range waiting {
			at.wait.Unknown = why.Error()
		}
		return nil
	}
	waiting, err := w.semaSudogs(waiting, func(s *sudog) bool { return s.elem != 0 })
	if err != nil {
		return err
	}
	type place struct {
		kind stitch.Kind
		op   stitch.Op
		addr uint64
	}
	places := make([]place, len(waiting))
	addrs := make([]uint64, len(waiting))
	for i, at := range waiting {
		kind, op, off := semaphoreOf(at)
		places[i] = place{kind, op, at.sudogs[0].elem - off}
		addrs[i] = places[i].addr
	}
	read, err := w.readEach(addrs, syncSize)
	if err != nil {
		return err
	}
	for i, at := range waiting {
		to := places[i]
		o := w.objects[to.addr]
		if o == nil {
			if o = syncObject(to.kind, to.addr, read.at(to.addr)); o == nil {
				at.wait.Unknown = beingWoken
				continue
			}
			w.objects[to.addr] = o
		}
		if o.Kind != to.kind {
			if to.kind != stitch.RWMutex {
				at.wait.Unknown = "at one address there are two things"
				continue
			}
			whole := syncObject(to.kind, to.addr, read.at(to.addr))
			if whole == nil {
				at.wait.Unknown = beingWoken
				continue
			}
			*o = *whole // some wait for the Mutex in it, of whom that was not to be seen
		}
		at.wait.Cases = []stitch.Case{{Op: to.op, On: o}}
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// semaphoreOf tells what a goroutine that waits in a semaphore waits on, and how
// far behind its beginning the semaphore is: by the reason for which it waits, and
// the functions on its stack.
func semaphoreOf(at *sleeper) (kind stitch.Kind, op stitch.Op, off uint64) {
	switch at.reason {
	case "sync.Mutex.Lock":
		if caller(at.own, "sync.(*Mutex).Lock") == "sync.(*RWMutex).Lock" {
			return stitch.RWMutex, stitch.OpLock, mutexSema // its first field
		}
		return stitch.Mutex, stitch.OpLock, mutexSema
	case "sync.RWMutex.RLock":
		return stitch.RWMutex, stitch.OpRLock, readerSem
	case "sync.RWMutex.Lock":
		return stitch.RWMutex, stitch.OpDrain, writerSem
	}
	for _, f := range at.own {
		if !isWaiting(f.Func) {
			if f.Func == "sync.(*WaitGroup).Wait" {
				return stitch.WaitGroup, stitch.OpWait, waitGroupSema
			}
			break
		}
	}
	return stitch.Semaphore, stitch.OpAcquire, 0
}

// isWaiting tells whether a function is one of those in which the runtime lets
// goroutines wait.
func isWaiting(name string) bool {
	return strings.HasPrefix(name, "runtime.") || strings.Contains(name, ".runtime_")
}

// caller returns the function that called another, the topmost of that name; "":
// it is not on the stack.
func caller(stack []stitch.Frame, name string) string {
	for i, f := range stack {
		if f.Func == name && i+1 < len(stack) {
			return stack[i+1].Func
		}
	}
	return ""
}

// syncObject makes the object that b is the memory of; nil: nobody can wait on
// it now, so that they are just being woken.
func syncObject(kind stitch.Kind, addr uint64, b []byte) *stitch.Object {
	if b == nil {
		return nil
	}
	o := &stitch.Object{Kind: kind, Addr: addr}
	switch kind {
	case stitch.Mutex:
		o.Locked = word(b, 0)&mutexLocked != 0
	case stitch.RWMutex:
		n := int(int32(word(b, readerCount)))
		switch {
		case n >= maxReaders || n < -maxReaders:
			return nil
		case n < 0: // a writer has announced itself
			o.Locked, o.Readers = true, max(0, int(int32(word(b, readerCount)>>32))) // readerWait
		default:
			o.Readers = n
		}
	case stitch.WaitGroup:
		state := word(b, 0)
		if o.Counter = int(int32(state >> 32)); o.Counter <= 0 || state<<33 == 0 {
			return nil
		}
	}
	return o
}

// semaSudogs finds the one sudog that each of some goroutines has, in no
// channel's queue. It returns those that have one.
func (w *waitReader) semaSudogs(waiting []*sleeper, ok func(*sudog) bool) (found []*sleeper, err error) {
	var addrs []uint64
	for _, at := range waiting {
		if at.sudog != 0 {
			addrs = append(addrs, at.sudog)
		}
	}
	read, err := w.readEach(addrs, w.layout.sudog.size)
	if err != nil {
		return nil, err
	}
	fits := func(at *sleeper, addr uint64, b []byte) bool {
		s := w.sudog(addr, b)
		if s == nil || s.g != at.g.addr || s.c != 0 || !ok(s) {
			return false
		}
		at.sudogs = []*sudog{s}
		return true
	}
	var rest []*sleeper
	for _, at := range waiting {
		if at.sudog == 0 {
			rest = append(rest, at)
		} else if !fits(at, at.sudog, read.at(at.sudog)) {
			at.wait.Unknown = beingWoken
		}
	}
	if err := w.onStacks(rest, w.layout.sudog.size, fits); err != nil {
		return nil, err
	}
	for _, at := range waiting {
		switch {
		case len(at.sudogs) > 0:
			found = append(found, at)
		case at.wait.Unknown == "":
			at.wait.Unknown = unreadable
		}
	}
	return found, nil
}

// conds finds the Conds that goroutines wait on. The runtime tells their list of
// waiters since Go 1.26; before, it is the one that the Cond on the goroutine's
// stack has, and in which the goroutine is.
func (w *waitReader) conds(all []*sleeper) error {
	waiting := of(all, "sync.Cond.Wait")
	if why := firstError(w.layout.sudogs, w.layout.syncs); why != nil {
		for _, at := range waiting {
			at.wait.Unknown = why.Error()
		}
		return nil
	}
	waiting, err := w.semaSudogs(waiting, func(*sudog) bool { return true })
	if err != nil {
		return err
	}
	use := func(at *sleeper, addr uint64) {
		o := w.objects[addr]
		if o == nil {
			o = &stitch.Object{Kind: stitch.Cond, Addr: addr}
			w.objects[addr] = o
		}
		at.wait.Cases = []stitch.Case{{Op: stitch.OpWait, On: o}}
	}
	var rest []*sleeper
	for _, at := range waiting {
		if list := at.sudogs[0].elem; list != 0 {
			use(at, list-condNotify)
		} else {
			rest = append(rest, at)
		}
	}
	err = w.onStacks(rest, condNotify+notifySize, func(at *sleeper, addr uint64, b []byte) bool {
		s := w.sudogs[word(b, condNotify+notifyHead)]
		for n := 0; s != nil && s != at.sudogs[0] && n < len(w.sudogs); n++ {
			s = w.sudogs[s.next]
		}
		if s != at.sudogs[0] {
			return false
		}
		use(at, addr)
		return true
	})
	if err != nil {
		return err
	}
	for _, at := range rest {
		if len(at.wait.Cases) == 0 {
			at.wait.Unknown = unreadable
		}
	}
	return nil
}

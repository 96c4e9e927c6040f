//go:build linux && (amd64 || arm64)

package process

import (
	"errors"
	"fmt"
	"sort"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/stitch"
)

// An index finds copies by address.
type index struct {
	stacks []stack  // by lo
	gs     []frozen // by address, as rest
	rest   []frozen
}

// errNotCopied is the answer to questions for what the snapshot lacks.
var errNotCopied = errors.New("not in the snapshot")

// ReadMemory implements [goruntime.Session]: what was copied is as it was in the
// stop; what is read of the program's file cannot change; all else is read of
// the process as it is now.
func (s *Snapshot) ReadMemory(addr uint64, buf []byte) error {
	if ok, err := s.copied(addr, buf); ok || err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.p.mem.read(addr, buf)
}

// copied reads what need not be read of the process; false: it has to be.
func (s *Snapshot) copied(addr uint64, buf []byte) (ok bool, err error) {
	n := uint64(len(buf))
	if n == 0 {
		return true, nil
	}
	ix := &s.index
	if i := sort.Search(len(ix.stacks), func(i int) bool { return ix.stacks[i].lo > addr }) - 1; i >= 0 && addr < ix.stacks[i].hi {
		st := &ix.stacks[i]
		if addr < st.addr || addr-st.addr+n > uint64(len(st.b)) {
			return false, errNotCopied
		}
		copy(buf, st.b[addr-st.addr:])
		return true, nil
	}
	for _, list := range [][]frozen{ix.gs, ix.rest} {
		i := sort.Search(len(list), func(i int) bool { return list[i].addr > addr }) - 1
		if i < 0 {
			continue
		}
		if f := list[i]; addr-f.addr < uint64(len(f.b)) {
			if addr-f.addr+n > uint64(len(f.b)) {
				return false, errNotCopied // what follows may be of another moment
			}
			copy(buf, f.b[addr-f.addr:])
			return true, nil
		}
	}
	return s.p.image.read(addr, buf), nil
}

// ReadRanges implements [goruntime.RangeReader].
func (s *Snapshot) ReadRanges(ranges []goruntime.Range) error {
	var rest []goruntime.Range
	var at []int
	for i := range ranges {
		r := &ranges[i]
		ok, err := s.copied(r.Addr, r.Buf)
		if r.Err = err; !ok && err == nil {
			rest, at = append(rest, *r), append(at, i)
		}
	}
	if err := s.ReadNow(rest); err != nil {
		return err
	}
	for i, r := range rest {
		ranges[at[i]].Err = r.Err
	}
	return nil
}

// noDebugger is the part of a [goruntime.Session] that only a debugger can do.
type noDebugger struct{}

// Eval implements [goruntime.Session]: there is nothing that evaluates.
func (noDebugger) Eval(int64, string) (uint64, error) {
	return 0, errors.New("expressions need a debugger: use dlvx attach, or dlvx core")
}

// Stack implements [goruntime.Session]: package goruntime unwinds all stacks that
// there are by itself.
func (noDebugger) Stack(goid int64, _ int) ([]stitch.Frame, error) {
	return nil, fmt.Errorf("the stack of goroutine %d: %w", goid, errNotCopied)
}

// Offset returns where a field is in a structure of package runtime.
func (s *Snapshot) Offset(typ, field string) (uint64, error) { return s.p.image.offset(typ, field) }

// Address returns the address of a variable of package runtime.
func (s *Snapshot) Address(variable string) (uint64, error) { return s.p.image.address(variable) }

// Now returns the program's monotonic clock at the time of the snapshot, in
// nanoseconds.
func (s *Snapshot) Now() (int64, error) {
	if s.now == 0 {
		return 0, errors.New("the process has a clock of its own")
	}
	return s.now, nil
}

// Registers returns the registers of a thread, by the number that the runtime
// keeps for it (m.procid). lr is 0 where the machine has none.
func (s *Snapshot) Registers(thread uint64) (pc, sp, lr uint64, ok bool) {
	r, ok := s.threads[thread]
	return r.pc, r.sp, r.lr, ok
}

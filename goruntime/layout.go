package goruntime

import "fmt"

// layout holds what differs between Go releases: where the runtime's variables
// are, and where the fields of its structures. It is asked of the Session once
// for a process.
type layout struct {
	allgs       uint64 // address of the slice of all g's
	modules     uint64 // address of the first moduledata
	waitReasons uint64 // address of the array of wait reason strings; 0: not known

	g struct {
		goid, parentGoid, gopc, ancestors   uint64
		atomicstatus, waitreason, waitsince uint64
		m                                   uint64 // the thread that it is on
		sp, pc, stktopsp                    uint64 // sched.sp, sched.pc: of a goroutine that is on no thread
		lr                                  uint64 // sched.lr; absent: not known
		size                                uint64 // bytes that hold all of the above
	}
	ancestor struct{ pcs, goid, gopc, size uint64 }
	module   struct {
		funcnametab, cutab, filetab, pctab, pclntable, ftab uint64
		minpc, maxpc, text, gofunc, next                    uint64
	}
}

// maxG bounds what is believed to be the size of a runtime.g.
const maxG = 4096

func readLayout(s Session) (*layout, error) {
	l := &layout{}
	at := placesOf(s)
	var err error
	address := func(dst *uint64, name string) {
		if err == nil {
			*dst, err = at.Address(name)
		}
	}
	field := func(dst *uint64, typ, name string) {
		if err == nil {
			*dst, err = at.Offset(typ, name)
		}
	}
	address(&l.allgs, "allgs")
	address(&l.modules, "firstmoduledata")
	for name, dst := range map[string]*uint64{
		"goid": &l.g.goid, "parentGoid": &l.g.parentGoid, "gopc": &l.g.gopc, "ancestors": &l.g.ancestors,
		"atomicstatus": &l.g.atomicstatus, "waitreason": &l.g.waitreason,
		"waitsince": &l.g.waitsince, "sched.sp": &l.g.sp, "sched.pc": &l.g.pc, "stktopsp": &l.g.stktopsp,
		"m": &l.g.m,
	} {
		field(dst, "g", name)
		l.g.size = max(l.g.size, *dst+8)
	}
	// It is asked only of who knows by itself: debuggers unwind what needs it.
	l.g.lr = absent
	if own, ok := s.(places); ok && err == nil {
		if off, err := own.Offset("g", "sched.lr"); err == nil {
			l.g.lr = off
			l.g.size = max(l.g.size, off+8)
		}
	}
	field(&l.ancestor.pcs, "ancestorInfo", "pcs")
	field(&l.ancestor.goid, "ancestorInfo", "goid")
	field(&l.ancestor.gopc, "ancestorInfo", "gopc")
	l.ancestor.size = max(l.ancestor.pcs+24, l.ancestor.goid+8, l.ancestor.gopc+8)
	for name, dst := range map[string]*uint64{
		"funcnametab": &l.module.funcnametab, "cutab": &l.module.cutab, "filetab": &l.module.filetab,
		"pctab": &l.module.pctab, "pclntable": &l.module.pclntable, "ftab": &l.module.ftab,
		"minpc": &l.module.minpc, "maxpc": &l.module.maxpc, "text": &l.module.text,
		"gofunc": &l.module.gofunc, "next": &l.module.next,
	} {
		field(dst, "moduledata", name)
	}
	if err != nil {
		return nil, fmt.Errorf("finding the Go runtime's structures: %w", err)
	}
	if l.g.size > maxG {
		return nil, fmt.Errorf("finding the Go runtime's structures: a g of %d bytes is not plausible", l.g.size)
	}
	// Its absence costs only the words in brackets.
	if v, err := at.Address("waitReasonStrings"); err == nil {
		l.waitReasons = v
	}
	return l, nil
}

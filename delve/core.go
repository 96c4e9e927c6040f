package delve

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"

	"github.com/go-delve/delve/service/debugger"
)

// checkCore tells whether a core file is of a process that ran another
// executable than the one that it is opened with, which Delve does not see: it
// would show nonsense.
//
// Delve reckons from the process's entry point where the executable had been
// loaded, which is at a page for none but the right one.
//
// The first page of an executable holds its build ids, which strip(1) leaves as
// they are, and is in the core file (core(5)). Where it is not, Delve reads it
// from the executable.
func checkCore(d *debugger.Debugger, exe, core string) error {
	f, err := elf.Open(exe)
	if err != nil {
		return nil // no such page
	}
	defer f.Close()
	group, unlock := d.LockTargetGroup()
	defer unlock()
	other := fmt.Errorf("%s is of another program than %s: give the very executable that was running, of the same build", core, exe)
	base := group.Selected.BinInfo().Images[0].StaticBase
	const page = 4096 // the smallest there is
	if base%page != 0 || base != 0 && f.Type == elf.ET_EXEC {
		return other
	}
	for _, p := range f.Progs {
		if p.Type != elf.PT_NOTE {
			continue
		}
		want, err := io.ReadAll(p.Open())
		if err != nil || len(want) == 0 {
			continue
		}
		got := make([]byte, len(want))
		if n, err := group.Selected.Memory().ReadMemory(got, p.Vaddr+base); err == nil && n == len(got) && !bytes.Equal(got, want) {
			return other
		}
	}
	return nil
}

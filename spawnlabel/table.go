package spawnlabel

import "fmt"

// tableSize is how many lists of labels there are in the variable
// runtime.spawnTab of a program with labels of formatVersion: an array of the
// addresses of their first labels, each of which leads to the next.
const tableSize = 1 << 16

// A TableLabel is a label as the table of all labels has it: of itself only.
type TableLabel struct {
	Label
	Depth int // labels from this one to the oldest of its chain

	// Carried tells that goroutines may carry it. In place of the others they
	// carry one that stands for it: where a chain was cut, or where the runtime
	// started them for the whole program.
	Carried bool
}

// Table calls each for every label of the program, in no order, until it returns
// an error, which Table returns. addr is the address of the variable
// runtime.spawnTab. While the program runs labels may be added, which may be
// missing.
func (f Format) Table(m Memory, addr uint64, each func(TableLabel) error) error {
	fail := func(err error) error { return fmt.Errorf("reading the table of spawn labels at %#x: %w", addr, err) }
	// More do not fit into the memory that labels may take, however they are
	// linked: a quarter more than where chains begin to be cut.
	most := int((f.MaxMemory + f.MaxMemory/4) / uint64(f.headerSize()))
	const atOnce = 1024
	lists := make([]byte, atOnce*f.PtrSize)
	for from := 0; from < tableSize; from += atOnce {
		if err := m.ReadMemory(addr+uint64(from*f.PtrSize), lists); err != nil {
			return fail(err)
		}
		for i := range atOnce {
			for at := f.pointer(lists[i*f.PtrSize:]); at != 0; most-- {
				h, err := f.header(m, at)
				switch {
				case err != nil:
				case h.depth < 1 || h.depth > f.MaxDepth+1 || h.pcs > f.MaxPCs: // +1: before it was cut
					err = fmt.Errorf("impossible depth %d or frame count %d", h.depth, h.pcs)
				case most <= 0:
					err = fmt.Errorf("there are more labels than fit into %d bytes", f.MaxMemory)
				}
				if err != nil {
					return fail(err)
				}
				l := TableLabel{Label{Addr: at, Respawn: h.flags&flagRespawn != 0, PCsCut: h.flags&flagPCsCut != 0}, h.depth, h.canon == 0}
				if l.PCs, err = f.pcs(m, at, h.pcs); err != nil {
					return fail(err)
				}
				if err := each(l); err != nil {
					return err
				}
				at = h.next
			}
		}
	}
	return nil
}

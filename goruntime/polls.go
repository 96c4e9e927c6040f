package goruntime

import "github.com/dlvx/dlvx/stitch"

// files finds the connections and files that goroutines wait for: their stack
// has a pointer to a runtime.pollDesc, which has one to their runtime.g.
func (w *waitReader) files(all []*sleeper) error {
	waiting := of(all, "IO wait")
	if w.layout.polls != nil {
		for _, at := range waiting {
			at.wait.Unknown = w.layout.polls.Error()
		}
		return nil
	}
	names, _ := w.session.(fileNamer)
	l := &w.layout.poll
	err := w.onStacks(waiting, l.size, func(at *sleeper, addr uint64, b []byte) bool {
		c := stitch.Case{Op: stitch.OpRead}
		deadline := word(b, l.rd)
		switch at.g.addr {
		case word(b, l.rg):
		case word(b, l.wg):
			c.Op, deadline = stitch.OpWrite, word(b, l.wd)
		default:
			return false
		}
		fd := word(b, l.fd)
		if fd > 1<<31 {
			return false
		}
		c.Due = w.due(deadline)
		if c.On = w.objects[addr]; c.On == nil {
			c.On = &stitch.Object{Kind: stitch.File, Addr: addr, FD: int(fd)}
			if names != nil {
				c.On.Name = names.FileName(int(fd))
			}
			w.objects[addr] = c.On
		}
		at.wait.Cases = []stitch.Case{c}
		return true
	})
	if err != nil {
		return err
	}
	for _, at := range waiting {
		if len(at.wait.Cases) == 0 {
			at.wait.Unknown = "its connection was not found"
		}
	}
	return nil
}

package goruntime

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

// maxStack bounds how much of a stack is copied, maxFrames how many frames are
// walked. What is beyond is left to the Session, which is slower.
const (
	maxStack  = 64 << 10
	maxFrames = 1000
)

// parked returns the stack of a goroutine that waits, topmost first, by the
// runtime's own tables of stack depths (pcsp): exact at every instruction, and
// many times faster than a debugger, which goes by DWARF.
//
// The walk is runtime.unwinder's of a goroutine that is not on a thread. It
// believes nothing that it cannot check: it has to end in goexit, at the place
// that the runtime itself keeps for that (g.stktopsp), else it is an error.
func (p *program) parked(g goroutine) ([]stitch.Frame, error) {
	// A worker of the garbage collector calls itself waiting while it runs on
	// its thread's system stack, so that its own stack may be scanned.
	if g.status != statusWaiting || g.m != 0 {
		return nil, errors.New("the goroutine does not wait")
	}
	const word = 8
	size := g.stackTop + word - g.sp
	if g.sp%word != 0 || g.sp > g.stackTop || size > maxStack {
		return nil, fmt.Errorf("a stack from %#x to %#x is not plausible", g.sp, g.stackTop)
	}
	stack := make([]byte, size)
	if err := p.mem.read(g.sp, stack); err != nil {
		return nil, err
	}
	var frames []stitch.Frame
	for pc, sp, n := g.pc, g.sp, 0; n < maxFrames; n++ {
		m, f, err := p.symbols.find(pc)
		if err != nil {
			return nil, err
		}
		// The topmost address is taken as it is, as debuggers do.
		calls, err := p.symbols.resolve(pc, n == 0)
		if err != nil {
			return nil, err
		}
		frames = append(frames, calls...)
		if calls[0].Func == "runtime.goexit" {
			if sp != g.stackTop {
				return nil, fmt.Errorf("the stack ends at %#x instead of %#x", sp, g.stackTop)
			}
			return frames, nil
		}
		if f.flag&(flagTopFrame|flagSPWrite) != 0 {
			return nil, fmt.Errorf("%s cannot be unwound", calls[0].Func)
		}
		depth, err := p.symbols.depth(m, f, pc)
		if err != nil {
			return nil, err
		}
		// The frame ends depth bytes further. A call on x86 pushed the return
		// address beyond it; elsewhere the function has stored it at its bottom.
		at := sp + depth
		next := at + word
		if m.linkRegister() {
			at, next = sp, at
		}
		if at < g.sp || at%word != 0 || at+word > g.sp+size || next <= sp {
			return nil, fmt.Errorf("%s has a frame beyond the stack", calls[0].Func)
		}
		pc, sp = binary.LittleEndian.Uint64(stack[at-g.sp:]), next
	}
	return nil, fmt.Errorf("more than %d frames", maxFrames)
}

// Flags of a runtime._func (internal/abi.FuncFlag).
const (
	flagTopFrame = 1 << 0 // the outermost function of a stack
	flagSPWrite  = 1 << 1 // writes the stack pointer in ways that no table tells
)

// depth returns the size of a function's frame at a return address in it.
func (s *symbols) depth(m *module, f function, pc uint64) (uint64, error) {
	if d, ok := s.depths[pc]; ok {
		return d, nil
	}
	d, err := s.pcvalue(m, f.pcsp, f.entry, pc)
	if err != nil {
		return 0, err
	}
	if d < 0 {
		return 0, fmt.Errorf("no frame size is known at %#x", pc)
	}
	s.depths[pc] = uint64(d)
	return uint64(d), nil
}

// linkRegister tells whether calls keep the return address in a register:
// everywhere but on x86, whose instructions are the only ones of any length.
func (m *module) linkRegister() bool { return m.quantum != 1 }

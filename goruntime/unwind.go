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

// parked returns the stack of a goroutine that is on no thread, topmost first, by
// the runtime's own tables of stack depths (pcsp): exact at every instruction,
// and many times faster than a debugger, which goes by DWARF.
func (p *program) parked(g goroutine) ([]stitch.Frame, error) {
	size, err := g.stackSize()
	if err != nil {
		return nil, err
	}
	stack := make([]byte, size)
	if err := p.mem.read(g.sp, stack); err != nil {
		return nil, err
	}
	return p.walk(g, stack)
}

// stackSize returns how many bytes, from g.sp on, the stack of a parked goroutine
// has.
func (g *goroutine) stackSize() (uint64, error) {
	// A worker of the garbage collector calls itself waiting while it runs on
	// its thread's system stack, so that its own stack may be scanned.
	switch g.status {
	case statusWaiting, statusRunnable, statusLeaked:
	default:
		return 0, errors.New("the goroutine is not parked")
	}
	if g.m != 0 {
		return 0, errors.New("the goroutine is on a thread")
	}
	size := g.stackTop + wordSize - g.sp
	if g.sp%wordSize != 0 || g.sp > g.stackTop || size > maxStack {
		return 0, fmt.Errorf("a stack from %#x to %#x is not plausible", g.sp, g.stackTop)
	}
	return size, nil
}

const wordSize = 8

// walk names the frames of a parked goroutine's stack, whose memory has been
// read. Equal stacks are the same.
func (p *program) walk(g goroutine, stack []byte) ([]stitch.Frame, error) {
	addrs, all, frames := p.addrs[:0], p.calls[:0], 0
	defer func() { p.addrs, p.calls = addrs, all }()
	err := p.eachFrame(g, stack, func(calls []stitch.Frame, pc, _, _ uint64) {
		all = append(all, calls)
		frames += len(calls)
		addrs = binary.LittleEndian.AppendUint64(addrs, pc)
	})
	if err != nil {
		return nil, err
	}
	return p.sameStack(addrs, all, frames), nil
}

// eachFrame calls visit with each frame of a parked goroutine's stack, whose
// memory has been read: the calls that it stands for, the address in it, and from
// where to where it is; of goexit, the last, that is nowhere.
//
// The walk is runtime.unwinder's of a goroutine that is not on a thread. It
// believes nothing that it cannot check: it has to end in goexit, at the place
// that the runtime itself keeps for that (g.stktopsp), else it is an error.
func (p *program) eachFrame(g goroutine, stack []byte, visit func(calls []stitch.Frame, pc, lo, hi uint64)) error {
	exact := true // the topmost address is taken as it is, as debuggers do
	for pc, sp, n := g.pc, g.sp, 0; n < maxFrames; n++ {
		m, f, err := p.symbols.find(pc)
		if err != nil {
			return err
		}
		calls, err := p.symbols.resolve(pc, exact)
		if err != nil {
			return err
		}
		name := calls[0].Func
		if name == "runtime.goexit" {
			if sp != g.stackTop {
				return fmt.Errorf("the stack ends at %#x instead of %#x", sp, g.stackTop)
			}
			visit(calls, pc, sp, sp)
			return nil
		}
		// What is below asyncPreempt was interrupted anywhere: debuggers and the
		// runtime do not agree which line that is.
		if f.flag&(flagTopFrame|flagSPWrite) != 0 || name == "runtime.asyncPreempt" {
			return fmt.Errorf("%s cannot be unwound", name)
		}
		// The address below a signal handler's frame is where the signal struck.
		exact = name == "runtime.sigpanic"
		depth, err := p.symbols.depth(m, f, pc)
		if err != nil {
			return err
		}
		if n == 0 && depth == 0 && g.lr != 0 && m.linkRegister() {
			// It has not begun to run, or has been preempted at the beginning of a
			// function, which has no frame yet.
			visit(calls, pc, sp, sp)
			pc = g.lr
			continue
		}
		// The frame ends depth bytes further. A call on x86 pushed the return
		// address beyond it; elsewhere the function has stored it at its bottom.
		at := sp + depth
		next := at + wordSize
		if m.linkRegister() {
			at, next = sp, at
		}
		if at < g.sp || at%wordSize != 0 || at+wordSize > g.sp+uint64(len(stack)) || next <= sp {
			return fmt.Errorf("%s has a frame beyond the stack", name)
		}
		visit(calls, pc, sp, next)
		pc, sp = binary.LittleEndian.Uint64(stack[at-g.sp:]), next
	}
	return fmt.Errorf("more than %d frames", maxFrames)
}

// sameStack returns the frames of the physical frames that are given, for equal
// addresses the same.
func (p *program) sameStack(addrs []byte, all [][]stitch.Frame, frames int) []stitch.Frame {
	if stack, ok := p.stacks[string(addrs)]; ok {
		return stack
	}
	stack := make([]stitch.Frame, 0, frames)
	for _, calls := range all {
		stack = append(stack, calls...)
	}
	p.stacks[string(addrs)] = stack
	return stack
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

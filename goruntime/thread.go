package goruntime

import (
	"errors"
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

// A threadReader is a Session without a debugger that unwinds: it knows the
// registers of the program's threads at the stop, by the numbers that the
// operating system has for them (m.procid). lr is the link register, where the
// machine has one. false: not known.
type threadReader interface {
	Registers(thread uint64) (pc, sp, lr uint64, ok bool)
}

// threadStack returns the stack of a goroutine in any state, also of one that
// runs. With an error, what could be found of it.
//
// It is runtime.unwinder, from the registers on: through the thread's system
// stack, if it is on that, to the goroutine's own. The walk has to end where the
// runtime says that the stack does, as [program.walk].
func (p *program) threadStack(g goroutine, t threadReader) ([]stitch.Frame, error) {
	w := walker{program: p, g: g}
	if err := w.begin(t); err != nil {
		return nil, err
	}
	if _, err := p.mem.uint64(w.sp &^ (wordSize - 1)); err != nil {
		return nil, err // nothing is known of it but where it once stood
	}
	err := w.run()
	return w.frames, err
}

// A walker is on its way down a stack.
type walker struct {
	*program
	g      goroutine
	lo, hi uint64 // of the goroutine's own stack

	pc, sp uint64
	lr     uint64                  // of the first frame, and of one that was interrupted
	exact  bool                    // pc is an instruction, not a return address
	vdso   struct{ pc, sp uint64 } // where it has called the kernel's library; 0: it has not
	frames []stitch.Frame
}

// own tells whether the walk is on the goroutine's own stack.
func (w *walker) own() bool { return w.lo <= w.sp && w.sp < w.hi }

// words reads words at offsets of fields of a structure of package runtime.
func (w *walker) words(typ string, addr uint64, fields ...string) ([]uint64, error) {
	all := make([]uint64, len(fields))
	for i, name := range fields {
		off, err := placesOf(w.session).Offset(typ, name)
		if err != nil {
			return nil, err
		}
		if all[i], err = w.mem.uint64(addr + off); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// begin finds the top of the stack.
func (w *walker) begin(t threadReader) error {
	g, err := w.words("g", w.g.addr, "stack.lo", "stack.hi", "syscallpc", "syscallsp")
	if err != nil {
		return err
	}
	w.lo, w.hi = g[0], g[1]
	syscallPC, syscallSP := g[2], g[3]
	if w.g.m == 0 {
		w.scheduled()
		return nil
	}
	m, err := w.words("m", w.g.m, "procid", "curg", "vdsoPC", "vdsoSP")
	if err != nil {
		return err
	}
	w.vdso.pc, w.vdso.sp = m[2], m[3]
	pc, sp, lr, ok := t.Registers(m[0])
	ok = ok && m[1] == w.g.addr
	inGo := ok && w.inGo(pc)
	w.pc, w.sp, w.lr, w.exact = pc, sp, lr, true
	switch {
	case inGo && (w.own() || syscallSP == 0):
	case syscallSP != 0: // a system call, or C code
		w.pc, w.sp, w.exact = syscallPC, syscallSP, false
	case ok && w.vdso.sp != 0:
		w.pc, w.sp, w.exact = w.vdso.pc, w.vdso.sp, false
	case !ok:
		return errors.New("the goroutine runs, and its thread's registers are not known")
	default:
		return fmt.Errorf("its thread is at %#x, which is not Go code", pc)
	}
	return nil
}

// scheduled goes on where the scheduler, or what switched to the system stack,
// saved the goroutine's place.
func (w *walker) scheduled() {
	// The topmost address is taken as it is, as debuggers do.
	w.pc, w.sp, w.lr, w.exact = w.g.pc, w.g.sp, w.g.lr, len(w.frames) == 0
}

func (w *walker) inGo(pc uint64) bool {
	_, _, err := w.symbols.find(pc)
	return err == nil
}

// run walks to the bottom.
func (w *walker) run() error {
	for n := 0; n < maxFrames; n++ {
		m, f, err := w.symbols.find(w.pc)
		if err != nil {
			return err
		}
		calls, err := w.symbols.resolve(w.pc, w.exact)
		if err != nil {
			return err
		}
		name := calls[len(calls)-1].Func
		if name != "runtime.morestack" || w.own() { // which debuggers leave out
			w.frames = append(w.frames, calls...)
		}
		switch {
		case name == "runtime.goexit":
			if w.sp != w.g.stackTop {
				return fmt.Errorf("the stack ends at %#x instead of %#x", w.sp, w.g.stackTop)
			}
			return nil
		case !w.own() && name == signalFrame: // it is on top of its stack, but not of all
		case !w.own() && (name == "runtime.morestack" || name == "runtime.mcall" || f.flag&flagTopFrame != 0):
			w.scheduled()
			w.exact = false
			continue
		case !w.own() && name == "runtime.systemstack":
			w.sp = w.g.sp // its frame is on the stack that it came from
		case f.flag&flagTopFrame != 0, f.flag&flagSPWrite != 0 && n > 0 && name != "runtime.cgocallback":
			return fmt.Errorf("%s cannot be unwound", name)
		}
		if err := w.up(m, f, name, n == 0); err != nil {
			return err
		}
	}
	return fmt.Errorf("more than %d frames", maxFrames)
}

// up goes from a frame to its caller's.
func (w *walker) up(m *module, f function, name string, first bool) error {
	depth, err := w.symbols.depth(m, f, w.pc)
	if err != nil {
		return err
	}
	end := w.sp + depth
	switch {
	case w.own():
	case name == signalFrame:
		return w.interrupted(m, end)
	case name == signalReturn:
		return w.interrupted(m, w.sp-wordSize) // the return address is off the stack
	}
	from := w.sp
	switch {
	case !m.linkRegister():
		if w.pc, err = w.mem.uint64(end); err != nil {
			return err
		}
		w.sp = end + wordSize
	case depth == 0 && (first || w.lr != 0):
		w.pc = w.lr
	default:
		if w.pc, err = w.mem.uint64(w.sp); err != nil {
			return err
		}
		w.sp = end
	}
	if w.sp < from || w.sp == from && !m.linkRegister() || w.lo <= from && from < w.hi && w.sp > w.hi {
		return fmt.Errorf("%s has a frame beyond the stack", name)
	}
	w.lr, w.exact = 0, false
	if name == "runtime.sigpanic" || name == "runtime.asyncPreempt" || name == "runtime.debugCallV2" {
		// A call that was put in where the function was interrupted.
		w.exact = true
		if m.linkRegister() { // and its link register was saved in a frame of its own
			if w.lr, err = w.mem.uint64(w.sp); err != nil {
				return err
			}
			w.sp += 2 * wordSize
		}
	}
	return nil
}

// signalFrame is what the kernel calls on a system stack when a signal strikes, and
// signalReturn what that returns to on amd64.
const (
	signalFrame  = "runtime.sigtramp"
	signalReturn = "runtime.sigreturn__sigaction"
)

// interrupted goes on where a signal has struck: the kernel has put the
// registers on the signal handler's stack, above the frame of runtime.sigtramp
// that ends at end (struct rt_sigframe of Linux).
func (w *walker) interrupted(m *module, end uint64) error {
	pc, sp := end+wordSize+168, end+wordSize+160 // amd64: behind the return address, uc_mcontext.gregs
	if m.linkRegister() {                        // arm64: behind a siginfo of 128 bytes, uc_mcontext
		pc, sp = end+128+440, end+128+432
		lr, err := w.mem.uint64(end + 128 + 424)
		if err != nil {
			return err
		}
		w.lr = lr
	}
	at, err := w.mem.uint64(pc)
	if err != nil {
		return err
	}
	if w.sp, err = w.mem.uint64(sp); err != nil {
		return err
	}
	w.pc, w.exact = at, true
	if w.lo <= w.vdso.sp && w.vdso.sp < w.hi && !w.inGo(at) {
		w.pc, w.sp, w.exact = w.vdso.pc, w.vdso.sp, false
	}
	return nil
}

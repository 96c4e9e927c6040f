package goruntime

import "github.com/dlvx/dlvx/stitch"

// A Session is a stopped Go program that can be looked into: what goruntime
// needs to know of a debugger. All methods may be called only while the
// target is stopped; they fail, rather than block, when it is gone.
//
// It is implemented by delve (in-process debugger, RPC client) and by dapproxy
// (requests injected into a DAP connection). All implementations pass the one
// conformance test in internal/e2e.
type Session interface {
	// ReadMemory fills buf from the target's memory at addr, wholly or not at all.
	ReadMemory(addr uint64, buf []byte) error

	// Eval evaluates a Go expression of integer or pointer type without side
	// effects, such as `uintptr(&"runtime".allgs)`, in the scope of the topmost
	// frame of goroutine goid (0: the selected one, or any thread).
	Eval(goid int64, expr string) (uint64, error)

	// Stack returns the own frames of a goroutine, topmost first, at most
	// depth of them, inlined calls included, exactly as Delve counts and
	// names them.
	Stack(goid int64, depth int) ([]stitch.Frame, error)
}

// A Range is a piece of the target's memory, and where it is read to.
type Range struct {
	Addr uint64
	Buf  []byte
	Err  error // set by the reader: the piece could not be read, and Buf holds nothing of use
}

// A RangeReader is a Session that reads many pieces of memory faster together
// than one after the other. ReadRanges sets the Err of each; what it returns is
// an error of all of them, such as a target that is gone.
type RangeReader interface {
	ReadRanges(ranges []Range) error
}

// A primer is a Session that finds a goroutine faster when it is told its
// position in runtime.allgs.
type primer interface {
	Prime(position int) error
}

// A locator is a Session that knows where the runtime.g of a goroutine is that
// it has just been asked about.
type locator interface {
	Locate(goid int64) (addr uint64, err error)
}

// A clock is a Session that can tell the time by the target's own clock
// (runtime.nanotime), in nanoseconds. Without it, how long goroutines have been
// waiting is not known.
type clock interface {
	Now() (int64, error)
}

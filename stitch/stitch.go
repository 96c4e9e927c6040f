package stitch

import "strings"

// Stitch puts a goroutine's own frames and its spawn chain together.
//
// The own frames stay as they are and in their order, as a prefix of the
// result; only where a chain follows are the frames that stand for nothing in
// the source cut off their bottom (see [TrimOwn]). A chain without links
// leaves them untouched.
func Stitch(own Segment, c Chain) Stack {
	own.Provenance = Own
	if len(c.Links) == 0 {
		if c.Cut != NotCut {
			own.Cut = c.Cut
		}
		return Stack{Segments: []Segment{own}}
	}
	own.Frames = own.Frames[:OwnLen(own.Frames)]
	segments := make([]Segment, 0, 1+len(c.Links))
	segments = append(segments, own)
	for _, l := range c.Links {
		segments = append(segments, l.segment())
	}
	return Stack{Segments: segments}
}

func (l Link) segment() Segment {
	return Segment{
		Goroutine:  l.Spawner,
		State:      l.State,
		Provenance: l.Provenance,
		Frames:     l.Frames,
		FramesCut:  l.FramesCut,
		Cut:        l.Cut,
	}
}

// OwnLen returns how many frames of a goroutine's whole own stack, topmost
// first, stand for something in the source: those above the goroutine's entry
// (goexit) and the wrapper in which the compiler puts the arguments of a go
// statement (f.gowrap1). The topmost frame always counts: it is where the
// goroutine stands, be it at its very beginning.
func OwnLen(frames []Frame) int {
	for i, f := range frames {
		if i > 0 && IsEntry(f.Func) {
			return i
		}
	}
	return len(frames)
}

// IsEntry tells whether a function of the given full name can only stand at
// the bottom of a goroutine's stack, below everything that is in the source.
func IsEntry(name string) bool {
	return name == "runtime.goexit" || isGoWrap(name)
}

// isGoWrap tells the wrapper of `go f(args)`, named after the enclosing
// function: cmd/compile/internal/ir.closureName.
func isGoWrap(name string) bool {
	i := strings.LastIndex(name, ".gowrap")
	if i < 0 {
		return false
	}
	digits := name[i+len(".gowrap"):]
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// TrimRecorded returns the frames of a recorded spawn stack, innermost first,
// that stand for something in the source: without what the runtime puts above
// the go statement (newproc and the switch to the system stack) and below the
// goroutine's function (goexit, runtime.main, the go statement's wrapper).
func TrimRecorded(frames []Frame) []Frame {
	for len(frames) > 0 && isSpawnHelper(frames[0].Func) {
		frames = frames[1:]
	}
	for n := len(frames); n > 0; n-- {
		name := frames[n-1].Func
		if !IsEntry(name) && name != "runtime.main" {
			return frames[:n]
		}
	}
	// A goroutine that runtime.main itself made: better its name than nothing.
	return frames
}

func isSpawnHelper(name string) bool {
	switch name {
	case "runtime.newproc", "runtime.newproc.func1", "runtime.newproc1",
		"runtime.systemstack", "runtime.systemstack_switch":
		return true
	}
	return false
}

// MarkLive sets Live in the recorded frames of a spawner whose calls are still
// unfinished in its present stack (both topmost first): from the outermost
// frame inwards while both stacks stand at the same call, and one frame
// further where the same function has since gone on to another line.
//
// It cannot tell a call from a later one made at the same place by the same
// callers, for instance in the next turn of a loop.
func MarkLive(recorded, present []Frame) {
	for i := range recorded {
		recorded[i].Live = -1
	}
	base := len(present)
	for base > 0 && (IsEntry(present[base-1].Func) || present[base-1].Func == "runtime.main") {
		base--
	}
	for k := 1; k <= len(recorded) && k <= base; k++ {
		r, p := &recorded[len(recorded)-k], present[base-k]
		if ShortGeneric(r.Func) != ShortGeneric(p.Func) || r.File != p.File {
			return
		}
		r.Live = base - k
		if r.Line != p.Line || (r.PC != p.PC && !r.Inlined) {
			return
		}
	}
}

// ShortGeneric returns a function's name as tracebacks print it, with the
// type arguments replaced by dots: main.Map[go.shape.int] is main.Map[...].
func ShortGeneric(name string) string {
	open := strings.IndexByte(name, '[')
	if open < 0 {
		return name
	}
	end := strings.LastIndexByte(name, ']')
	if end < open {
		return name
	}
	return name[:open] + "[...]" + name[end+1:]
}

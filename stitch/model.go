// Package stitch is the model of logical stacks and the algorithms on them: a
// goroutine's own stack and its spawn chain go in, the stack that a person
// reads comes out ([Stitch]); of many goroutines, what a person can take in:
// those that match a [Filter], [Groups] of equal ones, the [Tree] of who made
// whom, the [Sites] of go statements.
//
// It is pure: no I/O, no clock, no debugger, no goroutines. Whoever can read a
// Go process (a Delve session, a live pid, a core file) fills in a [Chain];
// whoever shows one (a DAP client, the terminal, JSON) walks a [Stack].
package stitch

import "time"

// A Frame is one call of a stack: a physical frame, or one call that the
// compiler inlined into it.
type Frame struct {
	Func string // full name as the runtime prints it: "main.worker", "net/http.(*conn).serve", "main.Map[...]"
	File string // path as the compiler recorded it
	Line int    // from 1; 0: not known
	PC   uint64 // address of the call's return, or of the instruction for a topmost frame; 0: not known

	// Inlined tells that the compiler inlined this call into the next frame.
	Inlined bool

	// Live, in a frame of a spawner, is the index of the same, still unfinished
	// call in the spawner's present stack, counted as Delve counts (0 is the
	// topmost, inlined calls count), or -1. Where it is not -1 the frame's
	// locals are the spawner's real ones. It is -1 in own frames.
	Live int
}

// Provenance tells where a link of a chain comes from.
type Provenance string

const (
	// Own marks the first segment of a stack: the goroutine's own frames.
	Own Provenance = "own"
	// Label marks a link recorded by a program built with spawn labels.
	Label Provenance = "label"
	// Ancestors marks a link recorded by GODEBUG=tracebackancestors.
	Ancestors Provenance = "ancestors"
	// Live marks a link read off the spawner's present stack: a guess.
	Live Provenance = "live"
)

// A State is what a goroutine that is still alive is doing now.
type State struct {
	Status string        // the runtime's word: "running", "runnable", "waiting", "syscall", "preempted", ...
	Wait   string        // the runtime's wait reason ("chan receive"); empty unless waiting
	For    time.Duration // how long it has been waiting; 0: not known
	At     Frame         // its topmost frame outside the runtime's internals; zero: not known
}

// A Cut tells why a chain, or a segment's frames, end before the truth does.
type Cut string

const (
	// NotCut is the zero value: nothing is missing.
	NotCut Cut = ""
	// CutDepth: the recording keeps only so many generations (or frames).
	CutDepth Cut = "depth"
	// CutMemory: the recording ran out of its memory for labels.
	CutMemory Cut = "memory"
	// CutRespawn: a goroutine that keeps starting itself anew; equal
	// generations between this link and the next are shown once.
	CutRespawn Cut = "respawn"
	// CutLimit: the reader asked for only so many links (chainDepth).
	CutLimit Cut = "limit"
	// CutUnreadable: the next link could not be read.
	CutUnreadable Cut = "unreadable"
	// CutUnrecorded: nothing was recorded of the spawner, and it has exited.
	CutUnrecorded Cut = "unrecorded"
	// CutRuntime: the runtime started the goroutine for the whole program, on
	// whoever's behalf came first (finalizers, timers of old releases).
	CutRuntime Cut = "runtime"
)

// A Link is one spawn: who ran the go statement, and the stack that it ran in.
type Link struct {
	Spawner    int64  // goroutine id; 0: not known any more
	State      *State // the spawner's present state; nil: it has exited, or Spawner is 0
	Provenance Provenance
	Frames     []Frame // innermost first; Frames[0] holds the go statement
	FramesCut  bool    // the outermost frames were not kept
	// Cut tells what is missing between this link and the next older one
	// (for the last link: why no older one follows).
	Cut Cut
}

// A Chain is how a goroutine came to be: its spawn, its spawner's, and so on
// to main. Chains are immutable once made.
type Chain struct {
	Links []Link // nearest first
	// Cut is set where Links is empty although the goroutine had a spawner.
	Cut Cut
}

// A Segment is the part of a logical stack that belongs to one goroutine.
type Segment struct {
	Goroutine  int64 // 0: not known any more; [Several]: in the stack of a group
	State      *State
	Provenance Provenance
	Frames     []Frame
	FramesCut  bool
	Cut        Cut // what is missing after this segment
}

// Several is the goroutine of a segment that is not the same one for all members
// of a [Group].
const Several = -1

// A Stack is a logical stack: the goroutine's own segment, then one segment
// for each generation of spawners.
type Stack struct {
	Segments []Segment
}

// Package process looks into a running Go program from outside, without a
// debugger: it finds the process, copies what the runtime keeps of its
// goroutines in one short stop (or in none), and lets it go on.
//
// A [Snapshot] is a [goruntime.Session] over that copy: package goruntime makes
// goroutines and stacks of it afterwards, while the program runs again. What
// never changes in a program (its code, function tables and spawn labels) is
// not copied but read when it is asked for.
//
// It never writes to the target: no breakpoint, no register, no memory. The
// threads are seized, interrupted and let go by ptrace; whatever becomes of
// this process meanwhile, the kernel lets them go.
//
// A [Core] is the same of a core file, which it reads as it is asked.
//
// It works on Linux, on amd64 and arm64; elsewhere [Open] and [OpenCore] return [ErrSystem].
// It starts one goroutine for each stop, which has ended when [Process.Snapshot]
// returns. A Process belongs to one goroutine at a time.
//
// # The two phases
//
// Copying 100,000 stacks takes a tenth of a second or more, and a program that
// hangs need not be stopped for that. So everything is copied once while the
// program runs, and then, in the stop, only the runtime.g structures again. A
// goroutine whose structure is the same to the byte has not run in between:
// among those bytes is g.trackingSeq, which counts how often it has stopped
// running. Only the stacks of the others are copied anew.
//
// The counter has eight bits. A goroutine that ran exactly 256 times (or a
// multiple) and came to rest at the same place would go unnoticed; so those are
// copied in the stop, too, that were seen to change while the program ran.
//
// # Without a stop
//
// Where the program may not be stopped, each goroutine's structure is read
// before and after its stack, until both are the same. Every stack is then
// right, but not of the same moment; goroutines that never held still, and
// those that run, have none.
package process

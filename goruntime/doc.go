// Package goruntime reads the Go runtime's own structures out of a stopped
// program: goroutines, their states, how they came to be, and the function
// tables that give addresses their names.
//
// It reads through a [Session], so that an in-process debugger, a remote one
// and a DAP connection serve the same code. It never writes to the target, it
// is not an unwinder of other people's stacks (the Session gives those), and
// it knows no debugger. It starts no goroutines; a [Reader] may be used by
// several at once.
//
// Nothing it reads is believed unchecked: a target's memory may be that of a
// program that has gone wrong, so every count is bounded, every pointer may be
// wild, and what does not fit becomes an error.
package goruntime

// Package debugmode watches Go programs while they run: goroutines that run too
// long without yielding, that are left over at exit, that nobody can wake any
// more; contexts that are never cancelled; and what tests leave behind.
//
// It is the host's side, and has the guest's: sources that are added to the
// recorded runtime ([Addition]), and that are idle in a process which is not
// started for it ([Settings.Start]). It builds nothing, reads no memory of
// another process and needs no debugger. What the runtime says comes through a
// file descriptor ([Read]), is made into a report ([Report]), and is written as
// text, as JSON lines or as annotations of GitHub's.
//
// [Settings.Start] runs one goroutine for each process, which calls the
// function that it is given; a [Report] may be used by many goroutines at once.
//
// # How the mode is switched on
//
// The process is started with the variable DLVX_DEBUGMODE, which is
//
//	version,fd,slow,blocked,signal,features
//
// in decimal: the version of all this; the file descriptor to write to; limits
// in nanoseconds (0: none); the number of a signal; and bits (1 pending, 2
// leaks, 4 contexts, 8 tests). The runtime takes the variable out of its
// environment and moves the descriptor out of the way, closed in whatever is
// executed, before any code of the program runs. A runtime that does not know
// the version leaves the mode off.
//
// # What the runtime writes
//
// Records, each of lines that end with a newline; fields are parted by tabs.
// The first line says what it is, the last is a dot:
//
//	slow goid ran wall how reason    a stretch; how is ended, exited or "goes on"
//	blocked goid ran                 a system or cgo call
//	lost n                           events for which there was no room
//	leaked|pending|dump total lost   begin lists of goroutines
//	left total lost test
//	contexts when                    begins a list of sites; when is exit or dump
//	group count goid waited leaked test state
//	site open total
//	end                              ends a list
//	missing goid                     there is no list: this goroutine does not stop
//	bye code                         the program exits
//
// Times are in nanoseconds. Between them stand sections, a line each that begins
// with @, followed by frames, innermost first, on lines that begin with a tab:
//
//	@start function                  that the goroutine began in
//	@mid flags, @own flags           its stack when half the limit had passed, and now
//	@spawners id id id id            the nearest ones, 0: not known
//	@spawn flags                     a spawn, the nearest first; flags are those of
//	                                 a label, see package spawnlabel
//
// What is none of this (of a program that writes to a file which it has not
// opened) is skipped, and said.
package debugmode

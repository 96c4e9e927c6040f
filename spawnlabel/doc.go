// Package spawnlabel makes Go programs record, at every go statement, where
// the new goroutine comes from, and reads those records out of a program's
// memory.
//
// It is not a debugger and shows nothing: it says with which flags to build
// ([Prepare]), takes part in that build ([Toolexec]), and decodes memory that
// somebody else has access to ([ReadFormat], [Format.Spawn], [Format.Read]).
// It knows nothing of symbols: a label holds program counters. It starts no
// goroutines (apart from those of os/exec) and has no state; all functions may
// be called from any goroutine, and by any number of processes at once.
//
// # How a build records
//
// The only way to see every go statement is inside the Go runtime. So the
// program is built with an edited package runtime: two fields at the end of
// struct g, one statement in newproc1, and two added files (in runtime/ beside
// this page). The edit is made when the compiler compiles package runtime, by
// a -toolexec wrapper that stands before it, and to the very files that the
// compiler was given. One mechanism therefore serves a Go in any place (since
// Go 1.25 an -overlay may not touch toolchains that GOTOOLCHAIN downloaded), a
// user's own -overlay, and a user's own -toolexec, which is chained behind.
//
// An [Addition] goes the same way: further edits to package runtime, and to
// other packages of the standard library, by whoever wants more in the runtime
// of recorded programs. One that does not fit is left out.
//
// The edit goes by syntax tree and refuses where the runtime is not as
// expected; the runtime is then compiled as it is. (What may go better the next
// time fails the build: the build cache would keep the plain runtime.) No line
// number moves and debug information names the original files. The compiler's version, as the
// go command sees it, has a digest of the edit in it, so that recording and
// plain packages never meet in the build cache.
//
// Goroutines started by time.AfterFunc are started by the runtime's timers;
// since Go 1.23 they carry the label of the call that made the timer. (Reset
// does not change it.) Before Go 1.23 their chain is cut as unknown. The
// runtime's own helpers, such as the goroutine that runs finalizers, are
// started by whichever goroutine happens to need them first; chains do not go
// through that accident but are cut as unknown.
//
// # Memory format, version 1
//
// All numbers are in the byte order of the target (always little-endian: Delve
// knows no others); P is its pointer size. The variable
// runtime.spawnLabelFormat, in the writable data of the program and kept by
// every linker mode, is
//
//	offset  size
//	     0    16  magic: "\x00dlvx\xffspawnlabel"
//	    16     4  version of the format: 1
//	    20     4  P, 4 or 8
//	    24     4  offset of goid in struct g
//	    28     4  offset of parentGoid in struct g
//	    32     4  offset of spawn in struct g
//	    36     4  offset of spawnGoids in struct g
//	    40     4  labels in the longest chain
//	    44     4  return PCs in the longest label
//	    48     8  bytes of labels, beyond which chains are cut
//
// Magic and version stay where they are in every version. In struct g,
//
//	spawn       P   address of the goroutine's label; 0: main, or a thread of C
//	spawnGoids  24  three goroutine ids: of the grandparent and the two before
//	                it (the parent's is parentGoid). Where parentGoid is 0 a
//	                timer started the goroutine, and they begin with the
//	                goroutine that made the timer
//
// A label never moves, changes or goes away:
//
//	offset  size
//	     0     P  parent: address of the spawner's label; 0: the spawner had none
//	     P     P  used by the writer
//	    2P     P  used by the writer
//	    3P     P  used by the writer
//	    4P     2  depth: 1 more than the parent's, 1 without a parent
//	  4P+2     2  flags
//	  4P+4     4  n
//	  4P+8   n*P  return PCs of the go statement's stack, innermost first
//
// Flags: 8, generations between this label and its parent are left out
// because they repeat (the ids in spawnGoids count them); 16, the outermost
// frames are left out; 32 means nothing to readers. A label of depth 0 is a marker that ends a chain which
// does not reach back to the start, with n = 0, no parent, and a flag that
// says why: 1, older labels were cut for the length of the chain; 2, for
// memory; 4, the runtime itself started the goroutine.
//
// Labels are interned: the same go statement on the same stack in a goroutine
// with the same label is one label, so that a chain may be kept by its
// address. Bounds: 96 PCs a label; 64 labels a chain, of a longer one the
// nearest 32 are kept; 64 MiB of labels, beyond which new ones are kept
// without their chain, and beyond 80 MiB not at all. A go statement whose stack
// is already in the chain makes no longer chain but goes back to that place.
package spawnlabel

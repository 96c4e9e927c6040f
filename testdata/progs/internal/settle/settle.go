// Package settle lets a fixture program wait until its other goroutines have
// come to rest, so that what a reader sees of them does not depend on luck: a
// goroutine that is about to block and one that has blocked look different.
//
// It asks the runtime's own traceback, again and again. It starts nothing.
package settle

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// Waiting returns once n goroutines that stand in the function fn, such as
// "main.worker", are in the given state, such as "chan receive".
func Waiting(fn, state string, n int) {
	buf := make([]byte, 1<<16)
	for {
		size := runtime.Stack(buf, true)
		if size == len(buf) {
			buf = make([]byte, 2*len(buf))
			continue
		}
		found := 0
		for g := range strings.SplitSeq(string(buf[:size]), "\n\n") {
			// Under GODEBUG=tracebackancestors the spawners' frames follow.
			own, _, _ := strings.Cut(g, "\n[originating from")
			header, frames, _ := strings.Cut(own, ":\n")
			_, header, _ = strings.Cut(header, "[")
			got, _, _ := strings.Cut(strings.TrimSuffix(header, "]"), ",")
			if got == state && strings.Contains("\n"+frames, "\n"+fn+"(") {
				found++
			}
		}
		if found == n {
			return
		}
		runtime.Gosched()
	}
}

// Left returns once only n goroutines are left, the caller included.
func Left(n int) {
	for runtime.NumGoroutine() != n {
		runtime.Gosched()
	}
}

// Ready tells the client of a program that everything waits now: it may pause
// it. Ready does not return. A pending timer keeps the runtime from calling
// the rest deadlocked, and ends a program that nobody does.
func Ready() {
	fmt.Println("ready")
	time.Sleep(time.Hour)
	panic("nobody has paused and ended this program")
}

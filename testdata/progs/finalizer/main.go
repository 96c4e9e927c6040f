// Program finalizer starts a goroutine from a finalizer, which the runtime
// calls in a goroutine that serves the whole program: whoever happened to
// start that one is not its spawner.
package main

import (
	"fmt"
	"runtime"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

type resource struct{ done chan bool }

func main() {
	done := make(chan bool)
	open(done)
	go collect()
	<-done
}

func open(done chan bool) {
	runtime.SetFinalizer(&resource{done}, release)
}

func collect() { runtime.GC() }

func release(r *resource) {
	go closeLater(r) //@go-close
}

func closeLater(r *resource) {
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("closed") //@stop
	r.done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.closeLater stop
//	---- created by goroutine $a
//	main.release go-close
//	...
//	... started by the Go runtime for the whole program

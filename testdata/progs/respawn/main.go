// Program respawn starts itself anew 100,000 times, as a retry loop does: what
// is kept of that is bounded, and the cut is said.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	go start(done) //@go-start
	<-done
}

func start(done chan bool) {
	go retry(100_000, done) //@go-retry
}

func retry(left int, done chan bool) {
	if left > 0 {
		go retry(left-1, done) //@again
		return
	}
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("gave up") //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.retry stop
//	---- created by goroutine $a (exited)
//	main.retry again
//	---- ...
//	... repeated generations cut
//	---- ...
//	---- created by goroutine (exited)
//	main.retry again
//	---- created by goroutine (exited)
//	main.start go-retry
//	---- created by goroutine 1 [chan receive]
//	main.main go-start

// Program afterfunc stops in a function that a timer calls: the runtime starts
// its goroutine, but whoever made the timer is its spawner.
package main

import (
	"fmt"
	"time"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	remind(done) //@remind
	<-done
}

func remind(done chan bool) {
	time.AfterFunc(time.Millisecond, func() { //@after-func
		ring(done) //@ring
	})
}

func ring(done chan bool) {
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("ring") //@stop
	done <- true
}

// stop: breakpoint stop
// ancestors: none

// want stack at stop:
//	main.ring stop
//	main.remind.func1 ring
//	---- created by goroutine 1 [chan receive]
//	time.AfterFunc
//	main.remind after-func
//	main.main remind

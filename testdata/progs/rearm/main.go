// Program rearm is a timer that makes the next one, 1,000 times, as a poller
// does.
package main

import (
	"fmt"
	"time"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	go start(done) //@go-start
	<-done
}

func start(done chan bool) {
	time.AfterFunc(0, func() { //@first
		poll(1000, done) //@poll-first
	})
}

func poll(left int, done chan bool) {
	if left > 0 {
		time.AfterFunc(0, func() { //@next
			poll(left-1, done) //@poll
		})
		return
	}
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("gave up") //@stop
	done <- true
}

// stop: breakpoint stop
// ancestors: none

// want stack at stop:
//	main.poll stop
//	main.poll.func1 poll
//	---- created by goroutine $a (exited)
//	time.AfterFunc
//	main.poll next
//	main.poll.func1 poll
//	---- ...
//	... repeated generations cut
//	---- ...
//	---- created by goroutine (exited)
//	time.AfterFunc
//	main.start first
//	---- created by goroutine 1 [chan receive]
//	main.main go-start

// Program deadline stops in a function that a context calls when its time is
// up: the context's timer runs it, so whoever set the deadline is the spawner
// of the timer's goroutine, and that one the function's.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	limit(done) //@limit
	<-done
}

func limit(done chan bool) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond) //@timeout
	context.AfterFunc(ctx, func() {
		defer cancel()
		giveUp(done) //@give-up
	})
}

func giveUp(done chan bool) {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("too late") //@stop
	done <- true
}

// stop: breakpoint stop
// ancestors: none

// want stack at stop:
//	main.giveUp stop
//	main.limit.func1 give-up
//	---- created by goroutine $a (exited)
//	context.(*afterFuncCtx).cancel.func1
//	...
//	context.WithDeadlineCause.func2
//	---- created by goroutine 1 [chan receive]
//	time.AfterFunc
//	...
//	context.WithTimeout
//	main.limit timeout
//	main.main limit

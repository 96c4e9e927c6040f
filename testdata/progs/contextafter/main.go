// Program contextafter stops in a function that context.AfterFunc calls: its
// goroutine is started by whoever cancels the context.
package main

import (
	"context"
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan bool)
	context.AfterFunc(ctx, func() {
		cleanUp(done) //@clean-up
	})
	go giveUp(cancel) //@go-give-up
	<-done
}

func giveUp(cancel func()) {
	cancel() //@cancel
}

func cleanUp(done chan bool) {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("cleaned up") //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.cleanUp stop
//	main.main.func1 clean-up
//	---- created by goroutine $a (exited)
//	context.(*afterFuncCtx).cancel.func1
//	...
//	main.giveUp cancel
//	---- created by goroutine 1 [chan receive]
//	main.main go-give-up

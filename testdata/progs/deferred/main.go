// Program deferred starts goroutines from deferred calls: one at a return, one
// while a panic unwinds the stack.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	returns(done) //@returns
	<-done
}

func returns(done chan bool) {
	defer func() {
		go panics(done) //@go-panics
	}()
	fmt.Println("returning")
} //@return

func panics(done chan bool) {
	defer func() {
		fmt.Println("recovered", recover())
		go report(done) //@go-report
	}()
	panic("oops") //@panic
}

func report(done chan bool) {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("reported") //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.report stop
//	---- created by goroutine $a (exited)
//	main.panics.func1 go-report
//	...
//	main.panics panic
//	---- created by goroutine 1 [chan receive]
//	main.returns.func1 go-panics
//	...
//	main.returns return
//	main.main returns

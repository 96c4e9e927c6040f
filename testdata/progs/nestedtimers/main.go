// Program nestedtimers stops in the function of a timer that was made in the
// function of another timer, which a goroutine other than main made.
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
	time.AfterFunc(0, func() { //@outer
		connect(done) //@connect
	})
}

func connect(done chan bool) {
	time.AfterFunc(0, func() { //@inner
		expire(done) //@expire
	})
}

func expire(done chan bool) {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("expired") //@stop
	done <- true
}

// stop: breakpoint stop
// ancestors: none

// want stack at stop:
//	main.expire stop
//	main.connect.func1 expire
//	---- created by goroutine $a (exited)
//	time.AfterFunc
//	main.connect inner
//	main.start.func1 connect
//	---- created by goroutine $b (exited)
//	time.AfterFunc
//	main.start outer
//	---- created by goroutine 1 [chan receive]
//	main.main go-start

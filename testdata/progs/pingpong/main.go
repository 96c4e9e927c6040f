// Program pingpong is two functions that start each other, 10,000 times.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	go ping(10_000, done) //@go-first
	<-done
}

func ping(left int, done chan bool) {
	go pong(left-1, done) //@go-pong
}

func pong(left int, done chan bool) {
	if left > 0 {
		go ping(left, done) //@go-ping
		return
	}
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("out") //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.pong stop
//	---- created by goroutine $a (exited)
//	main.ping go-pong
//	---- created by goroutine $b (exited)
//	main.pong go-ping
//	---- ...
//	... repeated generations cut
//	---- ...
//	---- created by goroutine (exited)
//	main.ping go-pong
//	---- created by goroutine 1 [chan receive]
//	main.main go-first

// Program generations is a chain of 200 goroutines, no two of which are started
// by the same stack: more than is kept.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	go generation(1, done) //@go-first
	<-done
}

func generation(n int, done chan bool) {
	if n == 200 {
		settle.Left(2)
		settle.Waiting("main.main", "chan receive", 1)
		fmt.Println("the last") //@stop
		done <- true
		return
	}
	bits(n, n, done) //@bits
}

// bits calls itself once for each binary digit of n, from one place for a 0 and
// from another for a 1.
func bits(n, rest int, done chan bool) {
	switch {
	case rest == 0:
		go generation(n+1, done) //@go-next
	case rest%2 == 0:
		bits(n, rest/2, done) //@zero
	default:
		bits(n, rest/2, done) //@one
	}
}

// stop: breakpoint stop

// want stack at stop:
//	main.generation stop
//	---- created by goroutine $a (exited)
//	main.bits go-next
//	main.bits one
//	main.bits one
//	main.bits zero
//	main.bits zero
//	main.bits zero
//	main.bits one
//	main.bits one
//	main.bits one
//	main.generation bits
//	---- created by goroutine $b (exited)
//	main.bits go-next
//	main.bits one
//	main.bits one
//	main.bits zero
//	main.bits zero
//	main.bits zero
//	main.bits one
//	main.bits one
//	main.bits zero
//	main.generation bits
//	---- ...
//	... older spawners cut

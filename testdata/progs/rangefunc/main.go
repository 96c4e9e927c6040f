// Program rangefunc runs go statements in the bodies of range-over-func loops,
// which the compiler turns into functions that the iterator calls.
package main

import (
	"fmt"
	"iter"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func once(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(n) //@yield
	}
}

func main() {
	done := make(chan bool)
	for n := range once(7) { //@range
		go twice(n, done) //@go-twice
	}
	<-done
}

func twice(n int, done chan bool) {
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println(2 * n) //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.twice stop
//	---- created by goroutine 1 [chan receive]
//	main.main-range1 go-twice
//	main.once.func1 yield
//	main.main range

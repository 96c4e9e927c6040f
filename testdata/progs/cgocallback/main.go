// Program cgocallback calls C, which calls back into Go, which starts a
// goroutine.
package main

/*
extern void handle(int);

static void each(int n) {
	for (int i = 1; i <= n; i++)
		handle(i);
}
*/
import "C"

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

var results = make(chan int)

func main() {
	walk(1) //@walk
	fmt.Println(<-results)
}

func walk(n int) {
	C.each(C.int(n)) //@c
}

func compute(n int) {
	settle.Waiting("main.main", "chan receive", 1)
	results <- n * n //@stop
}

// stop: breakpoint stop

// want stack at stop:
//	main.compute stop
//	---- created by goroutine 1 [chan receive]
//	main.handle go-compute
//	...
//	main.walk c
//	main.main walk

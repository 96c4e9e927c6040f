// Program deepstack runs a go statement under 1,000 calls: more frames than
// are kept of a spawn.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	go dig(1000, done) //@go-dig
	<-done
}

func dig(depth int, done chan bool) {
	if depth > 0 {
		dig(depth-1, done) //@deeper
		return
	}
	go find(done) //@go-find
}

func find(done chan bool) {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("found") //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.find stop
//	---- created by goroutine $a (exited)
//	main.dig go-find
//	main.dig deeper
//	main.dig deeper
//	...
//	... outer frames cut
//	---- created by goroutine 1 [chan receive]
//	main.main go-dig

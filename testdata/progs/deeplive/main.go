// Program deeplive has a spawner that still stands under more calls than are
// kept of a spawn: which of them is which cannot be told, so none is live.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	dig(200) //@dig
}

func dig(n int) {
	if n > 0 {
		dig(n - 1) //@deeper
		return
	}
	found := make(chan bool)
	go find(found) //@go-find
	<-found
}

func find(found chan bool) {
	settle.Waiting("main.dig", "chan receive", 1)
	fmt.Println("found") //@stop
	found <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.find stop
//	---- created by goroutine 1 [chan receive]
//	main.dig go-find
//	main.dig deeper
//	main.dig deeper
//	...
//	... outer frames cut

// Program initgo starts a goroutine before main: in an init function.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

var done = make(chan bool)

func init() {
	go janitor() //@go-janitor
}

func janitor() {
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("sweep") //@stop
	done <- true
}

func main() {
	<-done
}

// stop: breakpoint stop

// want stack at stop:
//	main.janitor stop
//	---- created by goroutine 1 [chan receive]
//	main.init.0 go-janitor
//	...

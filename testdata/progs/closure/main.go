// Program closure nests closures that start each other.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	go func() { //@go-outer
		name := "inner"
		go func() { //@go-inner
			settle.Left(2)
			settle.Waiting("main.main", "chan receive", 1)
			fmt.Println(name) //@stop
			done <- true
		}()
	}()
	<-done
}

// stop: breakpoint stop

// want stack at stop:
//	main.main.func1.1 stop
//	---- created by goroutine $a (exited)
//	main.main.func1 go-inner
//	---- created by goroutine 1 [chan receive]
//	main.main go-outer

// Program vendored starts its goroutines through a dependency in its vendor
// folder.
package main

import (
	"fmt"

	"example.com/worker"
)

func main() {
	done := make(chan bool)
	worker.Later(func() { //@later
		greet(done) //@greet
	})
	<-done
}

func greet(done chan bool) {
	fmt.Println("hello") //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.greet stop
//	main.main.func1 greet
//	example.com/worker.run call
//	---- created by goroutine $a (exited)
//	example.com/worker.start go-run
//	---- created by goroutine 1
//	example.com/worker.Later go-start
//	main.main later

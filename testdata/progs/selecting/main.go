// Program selecting has a spawner that is alive, in another function than the
// one that ran the go statement, and waits in a select.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	quit, done := make(chan bool), make(chan bool)
	go supervise(quit, done) //@go-supervise
	<-done
}

func supervise(quit, done chan bool) {
	results := make(chan int)
	begin(results)       //@begin
	await(results, quit) //@await
	done <- true
}

func begin(results chan int) {
	go compute(results) //@go-compute
}

func await(results chan int, quit chan bool) {
	select { //@select
	case <-results:
	case <-quit:
	}
}

func compute(results chan int) {
	settle.Waiting("main.await", "select", 1)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("computed") //@stop
	results <- 42
}

// stop: breakpoint stop

// want stack at stop:
//	main.compute stop
//	---- created by goroutine $a [select]
//	main.begin go-compute
//	main.supervise begin
//	---- created by goroutine 1 [chan receive]
//	main.main go-supervise

// want stack of @select at stop:
//	main.await select
//	main.supervise await
//	---- created by goroutine 1 [chan receive]
//	main.main go-supervise

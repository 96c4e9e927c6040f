// Program locals has a spawner that still stands in the frames of the go
// statement: its variables are live, and can be looked at.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	order := 4711
	process(order) //@process
}

func process(order int) {
	customer := "acme"
	total := make(chan int)
	go price(order, total) //@go-price
	sum := <-total         //@total
	fmt.Println(customer, sum)
}

func price(order int, total chan int) {
	settle.Waiting("main.process", "chan receive", 1)
	cents := order * 3 //@stop
	total <- cents
}

// stop: breakpoint stop

// want stack at stop:
//	main.price stop
//	---- created by goroutine 1 [chan receive]
//	main.process go-price
//	main.main process

// want stack of @total at stop:
//	main.process total
//	main.main process

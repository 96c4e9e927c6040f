// Program orders is the README's example: the receipt of an order is printed by
// a goroutine whose own stack says nothing about the order, and the goroutine
// that charged the customer has exited.
package main

import (
	"fmt"
	"sync"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	serve([]string{"book"}) //@serve
}

func serve(items []string) {
	var open sync.WaitGroup
	for _, item := range items {
		open.Add(1)
		go handle(item, &open) //@go-handle
	}
	open.Wait()
}

func handle(item string, open *sync.WaitGroup) {
	defer open.Done()
	paid := make(chan string)
	reserve(item, paid) //@reserve
	fmt.Println(<-paid)
}

func reserve(item string, paid chan string) {
	go charge(item, paid) //@go-charge
}

func charge(item string, paid chan string) {
	go receipt(item, paid) //@go-receipt
}

func receipt(item string, paid chan string) {
	settle.Left(3)
	settle.Waiting("main.handle", "chan receive", 1)
	settle.Waiting("main.serve", "sync.WaitGroup.Wait", 1)
	text := "receipt for a " + item //@stop
	paid <- text
}

// stop: breakpoint stop

// want stack at stop:
//	main.receipt stop
//	---- created by goroutine $b (exited)
//	main.charge go-receipt
//	---- created by goroutine $a [chan receive]
//	main.reserve go-charge
//	main.handle reserve
//	---- created by goroutine 1 [sync.WaitGroup.Wait]
//	main.serve go-handle
//	main.main serve

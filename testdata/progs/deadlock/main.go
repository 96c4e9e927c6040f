// Program deadlock ends in "all goroutines are asleep": two workers wait for
// each other, and main for both.
package main

import "sync"

func main() {
	a, b := make(chan int), make(chan int)
	var wg sync.WaitGroup
	wg.Add(2)
	go left(a, b, &wg)  //@go-left
	go right(a, b, &wg) //@go-right
	wg.Wait()           //@wait
}

func left(a, b chan int, wg *sync.WaitGroup) {
	defer wg.Done()
	a <- <-b //@left
}

func right(a, b chan int, wg *sync.WaitGroup) {
	defer wg.Done()
	b <- <-a //@right
}

// stop: deadlock

// want stack of main.left at deadlock:
//	main.left left
//	---- created by goroutine 1 [sync.WaitGroup.Wait]
//	main.main go-left

// want stack of main.right at deadlock:
//	main.right right
//	---- created by goroutine 1 [sync.WaitGroup.Wait]
//	main.main go-right

// want stack of main.main at deadlock:
//	...
//	main.main wait

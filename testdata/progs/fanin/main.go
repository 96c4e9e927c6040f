// Program fanin squares numbers in stages: a source, three squarers, and a
// goroutine that closes the output when they are done.
package main

import (
	"fmt"
	"sync"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	out := merge(source(4)) //@merge
	for n := range out {    //@range
		fmt.Println(n)
	}
}

func source(n int) <-chan int {
	out := make(chan int)
	go func() { //@go-source
		defer close(out)
		for i := range n {
			out <- i
		}
	}()
	return out
}

func merge(in <-chan int) <-chan int {
	out := make(chan int)
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go square(in, out, &wg) //@go-square
	}
	go closeAfter(&wg, out) //@go-close
	return out
}

func square(in <-chan int, out chan<- int, wg *sync.WaitGroup) {
	defer wg.Done()
	for n := range in {
		if n == 3 {
			// The source and the other squarers are done, so nothing wakes main any more.
			settle.Left(3)
			settle.Waiting("main.main", "chan receive", 1)
			settle.Waiting("main.closeAfter", "sync.WaitGroup.Wait", 1)
			fmt.Println("last") //@stop
		}
		out <- n * n
	}
}

func closeAfter(wg *sync.WaitGroup, out chan int) {
	wg.Wait() //@wait
	close(out)
}

// stop: breakpoint stop

// want stack at stop:
//	main.square stop
//	---- created by goroutine 1 [chan receive]
//	main.merge go-square
//	main.main merge

// want stack of main.closeAfter at stop:
//	sync.(*WaitGroup).Wait
//	main.closeAfter wait
//	---- created by goroutine 1 [chan receive]
//	main.merge go-close
//	main.main merge

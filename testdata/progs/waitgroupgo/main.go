// Program waitgroupgo starts goroutines with sync.WaitGroup.Go, which hides who
// asked for them.
package main

import (
	"fmt"
	"sync"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	var wg sync.WaitGroup
	wg.Go(func() { //@wg-go
		visit(3, &wg) //@visit
	})
	wg.Wait()
}

func visit(depth int, wg *sync.WaitGroup) {
	if depth == 1 {
		settle.Left(2)
		settle.Waiting("main.main", "sync.WaitGroup.Wait", 1)
		fmt.Println("leaf") //@stop
		return
	}
	wg.Go(func() { //@wg-go-child
		visit(depth-1, wg) //@visit-child
	})
}

// stop: breakpoint stop

// want stack at stop:
//	main.visit stop
//	main.visit.func1 visit-child
//	sync.(*WaitGroup).Go.func1
//	---- created by goroutine $b (exited)
//	sync.(*WaitGroup).Go
//	main.visit wg-go-child
//	main.visit.func1 visit-child
//	sync.(*WaitGroup).Go.func1
//	---- created by goroutine $a (exited)
//	sync.(*WaitGroup).Go
//	main.visit wg-go-child
//	main.main.func1 visit
//	sync.(*WaitGroup).Go.func1
//	---- created by goroutine 1 [sync.WaitGroup.Wait]
//	sync.(*WaitGroup).Go
//	main.main wg-go

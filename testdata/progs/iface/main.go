// Program iface starts goroutines by calls through an interface.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

type starter interface{ Start(done chan bool) }

type outer struct{ inner starter }

func (o outer) Start(done chan bool) {
	go o.inner.Start(done) //@go-inner
}

type inner int

func (i inner) Start(done chan bool) {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("started", int(i)) //@stop
	done <- true
}

func main() {
	var s starter = outer{inner(7)}
	done := make(chan bool)
	s.Start(done) //@start
	<-done
}

// stop: breakpoint stop

// want stack at stop:
//	main.inner.Start stop
//	---- created by goroutine 1 [chan receive]
//	main.outer.Start go-inner
//	main.main start

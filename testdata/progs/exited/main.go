// Program exited stops in a goroutine of the fifth generation, when all of its
// spawners but main have exited.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	go first(done) //@go-first
	<-done
}

func first(done chan bool) {
	go second(done) //@go-second
}

func second(done chan bool) {
	go third(done) //@go-third
}

func third(done chan bool) {
	go fourth(done) //@go-fourth
}

func fourth(done chan bool) {
	go fifth(done) //@go-fifth
}

func fifth(done chan bool) {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("here") //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.fifth stop
//	---- created by goroutine $d (exited)
//	main.fourth go-fifth
//	---- created by goroutine $c (exited)
//	main.third go-fourth
//	---- created by goroutine $b (exited)
//	main.second go-third
//	---- created by goroutine $a (exited)
//	main.first go-second
//	---- created by goroutine 1 [chan receive]
//	main.main go-first

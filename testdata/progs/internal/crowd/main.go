// Program crowd parks more goroutines than Delve lists to editors. It stands
// apart from the programs that every test goes through, for its size.
package main

import "github.com/dlvx/dlvx/testdata/progs/internal/settle"

func main() {
	never := make(chan bool)
	for range 1500 {
		go park(never) //@go-park
	}
	settle.Waiting("main.park", "chan receive", 1500)
	println("all are there") //@stop
}

func park(never chan bool) {
	<-never //@park
}

// stop: breakpoint stop

// want stack at stop:
//	main.main stop

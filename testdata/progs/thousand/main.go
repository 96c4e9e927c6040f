// Program thousand parks 1,000 goroutines, made through two call paths.
package main

import "github.com/dlvx/dlvx/testdata/progs/internal/settle"

func main() {
	never := make(chan bool)
	odd(never)  //@odd
	even(never) //@even
	go ready()
	<-never //@main
}

func odd(never chan bool) {
	for i := 1; i < 1000; i += 2 {
		start(i, never) //@start-odd
	}
}

func even(never chan bool) {
	for i := 0; i < 1000; i += 2 {
		start(i, never) //@start-even
	}
}

func start(i int, never chan bool) {
	if i%2 == 0 {
		go parkEven(never) //@go-even
	} else {
		go parkOdd(never) //@go-odd
	}
}

func parkEven(never chan bool) {
	<-never //@park-even
}

func parkOdd(never chan bool) {
	<-never //@park-odd
}

func ready() {
	settle.Waiting("main.parkEven", "chan receive", 500)
	settle.Waiting("main.parkOdd", "chan receive", 500)
	settle.Waiting("main.main", "chan receive", 1)
	settle.Ready()
}

// stop: pause when ready

// want 500 stacks of main.parkOdd at pause:
//	main.parkOdd park-odd
//	---- created by goroutine 1 [chan receive]
//	main.start go-odd
//	main.odd start-odd
//	main.main odd

// want 500 stacks of main.parkEven at pause:
//	main.parkEven park-even
//	---- created by goroutine 1 [chan receive]
//	main.start go-even
//	main.even start-even
//	main.main even

// want stack of main.main at pause:
//	main.main main

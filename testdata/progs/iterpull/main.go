// Program iterpull stops in an iterator that iter.Pull runs as a coroutine.
package main

import (
	"fmt"
	"iter"
)

func main() {
	next, stop := pull() //@pull
	defer stop()
	fmt.Println(next())
}

func pull() (func() (int, bool), func()) {
	return iter.Pull(numbers) //@iter-pull
}

func numbers(yield func(int) bool) {
	yield(42) //@stop
}

// stop: breakpoint stop

// want stack at stop:
//	main.numbers stop
//	iter.Pull[...].func1
//	---- created by goroutine 1 [coroutine]
//	iter.Pull[...]
//	main.pull iter-pull
//	main.main pull

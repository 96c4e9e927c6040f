// Program plain starts no goroutine: the main goroutine has no spawn chain.
package main

import "fmt"

func main() {
	greet("world") //@greet
}

func greet(name string) {
	fmt.Println("hello,", name) //@stop
}

// stop: breakpoint stop

// want stack at stop:
//	main.greet stop
//	main.main greet

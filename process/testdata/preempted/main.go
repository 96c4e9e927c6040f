// Command preempted has two goroutines for one processor: at any moment one of
// them has been stopped in the middle of a function that has no frame.
package main

import (
	"fmt"
	"os"
	"runtime"
)

var a, b int

//go:noinline
func leaf(p *int) {
	for {
		*p++
	}
}

//go:noinline
func caller(p *int) {
	leaf(p)
	fmt.Println(p) // so that it is no tail
}

func main() {
	runtime.GOMAXPROCS(1)
	go caller(&a)
	go caller(&b)
	os.Stdin.Read(make([]byte, 1))
}

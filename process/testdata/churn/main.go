// Command churn makes goroutines as fast as it can that block and end. Each is
// all the time in calls that belong to its kind: even below even, odd below odd.
// It answers each byte of its standard input with how many have ended.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
)

var ended atomic.Int64

//go:noinline
func evenOuter(in, out chan int) { evenInner(in, out) }

//go:noinline
func evenInner(in, out chan int) { pass(in, out) }

//go:noinline
func oddOuter(in, out chan int) { oddInner(in, out) }

//go:noinline
func oddInner(in, out chan int) { pass(in, out) }

// pass is where all of them block, at the same depth.
//
//go:noinline
func pass(in, out chan int) { out <- <-in }

// player is one of a pair that keeps two chans busy, now in one kind of calls,
// then in the other, and is replaced by a new goroutine after some turns.
func player(turns int, in, out chan int) {
	for i := 0; i < turns; i++ {
		if i%2 == 0 {
			evenOuter(in, out)
		} else {
			oddOuter(in, out)
		}
	}
	ended.Add(1)
	go player(turns, in, out)
}

func main() {
	for i := 0; i < 200; i++ {
		a, b := make(chan int), make(chan int)
		go player(5+i%20, a, b)
		go player(7+i%20, b, a)
		a <- i
	}
	go func() {
		for {
			runtime.GC()
		}
	}()
	for b := make([]byte, 1); ; {
		if _, err := os.Stdin.Read(b); err != nil {
			return
		}
		fmt.Println(ended.Load())
	}
}

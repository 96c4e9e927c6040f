// Command parked has goroutines that wait. It answers each line of its standard
// input with the longest time, in nanoseconds, for which it stood still since the
// line before.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

var (
	never  = make(chan int)
	locked sync.Mutex
)

//go:noinline
func deep(n int, f func()) {
	if n > 0 {
		deep(n-1, f)
		return
	}
	f()
}

var waits = []func(){
	func() { <-never },
	locked.Lock,
	func() { time.Sleep(time.Hour) },
}

func main() {
	n := flag.Int("n", 1000, "goroutines")
	flag.Parse()
	locked.Lock()
	for i := range *n {
		go deep(i%20, waits[i%len(waits)])
	}
	var longest atomic.Int64
	go func() {
		for last := time.Now(); ; {
			time.Sleep(100 * time.Microsecond)
			now := time.Now()
			longest.Store(max(longest.Load(), int64(now.Sub(last))))
			last = now
		}
	}()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(longest.Swap(0))
	}
}

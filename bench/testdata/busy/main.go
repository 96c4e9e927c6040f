// Command busy has goroutines that wait, and on each processor some that work. It
// answers each line of its standard input with how many nanoseconds each piece of
// work took since the line before: of time, and of processor time.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

//go:noinline
func deep(n int, c chan int) {
	if n > 0 {
		deep(n-1, c)
		return
	}
	<-c
}

// work hands over what it has computed, as servers do.
func work(done *atomic.Int64) {
	in, out := make(chan int), make(chan int)
	go func() {
		for v := range in {
			out <- v + 1
		}
	}()
	b := make([]byte, 4096)
	for {
		sum := 0
		for i := range b {
			b[i]++
			sum += int(b[i])
		}
		in <- sum
		<-out
		done.Add(1)
	}
}

func cpu() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func main() {
	n := flag.Int("n", 1000, "goroutines that wait")
	flag.Parse()
	never := make(chan int)
	for i := range *n {
		go deep(i%20, never)
	}
	var done atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		go work(&done)
	}
	at, used, before := time.Now(), cpu(), int64(0)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		for done.Load() == before { // else there is nothing to divide by
			runtime.Gosched()
		}
		now, usedNow, all := time.Now(), cpu(), done.Load()
		pieces := float64(all - before)
		fmt.Println(float64(now.Sub(at))/pieces, float64(usedNow-used)/pieces)
		at, used, before = now, usedNow, all
	}
}

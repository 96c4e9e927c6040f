// Command stretches has 1,000 goroutines work and yield all the time, and runs
// stretches of 150 ms of CPU time among them, as many as its argument says, two
// at a time.
package main

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

const (
	length = 150 * time.Millisecond
	usual  = 5 * time.Microsecond // what work takes, at most
)

func main() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	var stop atomic.Bool
	var busy sync.WaitGroup
	for i := range 1000 {
		busy.Go(func() {
			for !stop.Load() {
				work()
				if i%2 == 0 {
					runtime.Gosched()
				} else {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	var injected sync.WaitGroup
	turns := make(chan bool, 2)
	for range n {
		turns <- true
		injected.Go(func() {
			inject()
			<-turns
		})
	}
	injected.Wait()
	stop.Store(true)
	busy.Wait()
}

func inject() {
	var ran time.Duration
	for thread, at := clock(); ran < length; {
		work()
		t, now := clock()
		// Where others ran in between, on this thread or on another, the time is
		// not known, and does not count.
		if took := now - at; t == thread && took < 20*usual {
			ran += took
		}
		thread, at = t, now
	}
}

var sink atomic.Uint64

// work takes some microseconds.
func work() {
	x := uint64(1)
	for range 2_000 {
		x = x*6364136223846793005 + 1442695040888963407
	}
	sink.Store(x)
}

// clock returns the thread that it runs on, and how long that has been on a
// CPU. The scheduler does not notice the calls.
func clock() (thread uintptr, cpu time.Duration) {
	const threadCPU = 3 // CLOCK_THREAD_CPUTIME_ID
	for {
		thread, _, _ = syscall.RawSyscall(syscall.SYS_GETTID, 0, 0, 0)
		var t syscall.Timespec
		syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadCPU, uintptr(unsafe.Pointer(&t)), 0)
		if same, _, _ := syscall.RawSyscall(syscall.SYS_GETTID, 0, 0, 0); same == thread {
			return thread, time.Duration(t.Nano())
		}
	}
}

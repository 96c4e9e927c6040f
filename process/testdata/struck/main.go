// Command struck has a goroutine that has made a system call deep down, and now
// spins higher up, while signals strike its thread one after the other.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
)

var (
	sum   atomic.Int64
	other int
)

//go:noinline
func deep(n int) {
	if n > 0 {
		deep(n - 1)
		return
	}
	os.Stat("/") // the scheduler is told of it
}

func spin(begun chan<- int) {
	runtime.LockOSThread()
	thread := syscall.Gettid()
	begun <- thread
	deep(20)
	begun <- thread
	loop()
}

//go:noinline
func loop() {
	for {
		sum.Add(1)
	}
}

func main() {
	struck := make(chan os.Signal, 1)
	signal.Notify(struck, syscall.SIGUSR1)
	begun := make(chan int)
	go spin(begun)
	<-begun
	thread := <-begun
	for sum.Load() == 0 {
		runtime.Gosched()
	}
	fmt.Println("settled")
	for {
		for i := 0; i < 1000; i++ { // so that it also gets to run
			other++
		}
		syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(thread), uintptr(syscall.SIGUSR1))
	}
}

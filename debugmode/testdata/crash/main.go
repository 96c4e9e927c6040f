// Command crash ends as its argument says, with three generations of
// goroutines of which the second has exited, and the first waits.
package main

import (
	"bytes"
	"os"
	"runtime"
	"sync"
	"syscall"
)

func main() {
	var start sync.WaitGroup
	start.Add(1)
	ready := make(chan bool)
	go first(&start, ready)
	<-ready
	start.Done()
	select {}
}

func first(start *sync.WaitGroup, ready chan bool) { go second(start, ready) }

func second(start *sync.WaitGroup, ready chan bool) {
	ready <- true
	start.Wait()
	settle()
	switch os.Args[1] {
	case "panic":
		panic("over")
	case "fatal":
		var m map[int]int
		var mu sync.Mutex
		_ = m
		mu.Unlock()
	case "quit":
		syscall.Kill(os.Getpid(), syscall.SIGQUIT)
	case "deadlock":
	}
	select {}
}

// settle returns once only the goroutine that calls it and main are left, and
// main waits.
func settle() {
	buf := make([]byte, 1<<16)
	for runtime.NumGoroutine() != 2 || !bytes.Contains(buf[:runtime.Stack(buf, true)], []byte("[select (no cases)")) {
		runtime.Gosched()
	}
}

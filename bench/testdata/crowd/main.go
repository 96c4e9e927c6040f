// Command crowd has many goroutines that wait, and one that runs.
package main

import (
	"bytes"
	"flag"
	"runtime"
	"strconv"
	"sync"
)

var (
	goroutines = flag.Int("goroutines", 1000, "goroutines that wait")
	never      = make(chan int)
	parked     sync.WaitGroup

	// What a debugger is asked about: a goroutine made after all others, and one
	// that is no more.
	last, gone int
)

func main() {
	flag.Parse()
	exited := make(chan int)
	go func() { exited <- self() }()
	gone = <-exited
	parked.Add(*goroutines)
	for i := range *goroutines {
		if i == *goroutines-1 {
			go latest()
		} else {
			serve(i % 3)
		}
	}
	parked.Wait()
	go work()
	<-never
}

func work() {
	for laps := 0; ; {
		laps++ //@stop
		laps %= 100
	}
}

func serve(kind int) {
	switch kind {
	case 0:
		go reader(5)
	case 1:
		go writer(8)
	default:
		go listener()
	}
}

func reader(depth int) {
	if depth > 0 {
		reader(depth - 1)
		return
	}
	wait()
}

func writer(depth int) {
	if depth > 0 {
		writer(depth - 1)
		return
	}
	wait()
}

func listener() { wait() }

func latest() {
	last = self()
	wait()
}

func wait() {
	parked.Done()
	<-never
}

// self returns the number of the goroutine that calls it.
func self() int {
	text := make([]byte, 64)
	text = text[:runtime.Stack(text, false)]
	number, _, _ := bytes.Cut(bytes.TrimPrefix(text, []byte("goroutine ")), []byte(" "))
	id, err := strconv.Atoi(string(number))
	if err != nil {
		panic(err)
	}
	return id
}

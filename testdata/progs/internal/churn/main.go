// Program churn has many goroutines that are parked, and some that come and go.
// It says so with a number whenever some have.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

var (
	never = make(chan int)

	// What the tests ask for.
	last, gone, laps int
)

func main() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	exited := make(chan int)
	go func() { exited <- self() }()
	gone = <-exited
	for range n - 1 {
		go park()
	}
	go latest()
	settle.Waiting("main.park", "chan receive", n-1)
	settle.Waiting("main.latest", "select (no cases)", 1)
	for {
		var came sync.WaitGroup
		for range 20 {
			came.Add(1)
			go comeAndGo(&came)
		}
		came.Wait()
		laps++
		fmt.Printf("lap %d\n", laps)
		time.Sleep(time.Millisecond) // or there would be no end of output
	}
}

func park() {
	<-never
}

func latest() {
	last = self()
	select {}
}

func comeAndGo(came *sync.WaitGroup) {
	defer came.Done()
	runtime.Gosched()
}

// self returns the number of the goroutine that calls it.
func self() int {
	text := make([]byte, 64)
	text = text[:runtime.Stack(text, false)]
	id, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		panic(err)
	}
	return id
}

// Command pool ends while the workers of a pool wait for jobs that may still come.
package main

import (
	"sync"
	"time"

	"github.com/dlvx/dlvx/debugmode/testdata/answers/settled"
)

var (
	jobs    = make(chan int)
	results = make(chan int, 100)
	quit    = make(chan struct{})
	idle    = sync.NewCond(&mu)
	mu      sync.Mutex
	workers sync.WaitGroup
)

func main() {
	start(8)
	go report(time.NewTicker(time.Hour)) // want pending 1 main.report [select]
	workers.Add(1)
	go func() { // want pending 1 main.main.func1 [sync.WaitGroup.Wait]
		workers.Wait()
	}()
	for range 3 {
		go waitForIdle() // want pending 3 main.waitForIdle [sync.Cond.Wait]
	}
	for n := range 100 {
		jobs <- n
	}
	sum := 0
	for range 100 {
		sum += <-results
	}
	if sum != 9900 {
		panic(sum)
	}
	workers.Go(stuck) // want pending 1 sync.(*WaitGroup).Go.func1 [chan receive]
	workers.Go(stuck) //dlvx:background
	settled.But(0)
	mu.Lock()
	go locker() // want pending 1 main.locker [sync.Mutex.Lock]
	defer settled.But(0)
}

func start(count int) {
	for range count {
		go worker(jobs, results) // want pending 8 main.worker [chan receive]
	}
	for range count {
		workers.Go(finished)
	}
}

func worker(in <-chan int, out chan<- int) {
	for n := range in {
		out <- 2 * n
	}
}

func finished() {}

func stuck() { <-quit }

func report(t *time.Ticker) {
	for {
		select {
		case <-t.C:
		case <-quit:
			return
		}
	}
}

func waitForIdle() {
	mu.Lock()
	idle.Wait()
	mu.Unlock()
}

func locker() {
	mu.Lock()
	mu.Unlock()
}

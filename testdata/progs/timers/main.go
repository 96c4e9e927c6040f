// Program timers has goroutines that wait for a ticker, a timer and a sleep.
package main

import (
	"time"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	schedule() //@schedule
	go ready()
	select {} //@main
}

func schedule() {
	go tick()                       //@go-tick
	go timeout(make(chan struct{})) //@go-timeout
	go rest()                       //@go-rest
}

func tick() {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	for range t.C { //@tick
	}
}

func timeout(done chan struct{}) {
	select { //@timeout
	case <-done:
	case <-time.After(time.Hour):
	}
}

func rest() {
	time.Sleep(time.Hour) //@rest
}

func ready() {
	settle.Waiting("main.tick", "chan receive", 1)
	settle.Waiting("main.timeout", "select", 1)
	settle.Waiting("main.rest", "sleep", 1)
	settle.Waiting("main.main", "select (no cases)", 1)
	settle.Ready()
}

// stop: pause when ready

// want stack of @tick at pause:
//	main.tick tick
//	---- created by goroutine 1 [select (no cases)]
//	main.schedule go-tick
//	main.main schedule

// want stack of @timeout at pause:
//	main.timeout timeout
//	---- created by goroutine 1 [select (no cases)]
//	main.schedule go-timeout
//	main.main schedule

// want stack of @rest at pause:
//	time.Sleep
//	main.rest rest
//	---- created by goroutine 1 [select (no cases)]
//	main.schedule go-rest
//	main.main schedule

// Command chain is what stackTrace is measured on: five goroutines, each
// started by the one before, lead to the worker that a breakpoint stops again
// and again.
package main

import (
	"flag"
	"runtime"
)

var (
	goroutines = flag.Int("goroutines", 12, "goroutines there are, 7 or more")
	alive      = flag.Bool("alive", false, "the worker's spawners wait instead of exiting")
)

// Five functions instead of one that starts itself: that would be kept as one
// spawn that repeats.

func main() {
	flag.Parse()
	idle := *goroutines - 2 // main and the worker
	if *alive {
		idle -= 5
	}
	for range idle {
		go wait()
	}
	go first()
	wait()
}

func first()  { startSecond(); leave() }
func second() { startThird(); leave() }
func third()  { startFourth(); leave() }
func fourth() { startFifth(); leave() }
func fifth()  { startWorker(); leave() }

func startSecond() { go second() }
func startThird()  { go third() }
func startFourth() { go fourth() }
func startFifth()  { go fifth() }
func startWorker() { go worker() }

func leave() {
	if *alive {
		wait()
	}
}

func wait() { select {} }

func worker() {
	for runtime.NumGoroutine() > *goroutines {
		runtime.Gosched() // until the spawners have exited
	}
	work()
}

func work() {
	for laps := 0; ; {
		laps++ //@stop
		laps %= 100
	}
}

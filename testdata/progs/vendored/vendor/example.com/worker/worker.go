// Package worker runs functions in goroutines.
package worker

import "runtime"

// Later runs f in a goroutine of a goroutine that has ended.
func Later(f func()) {
	go start(f) //@go-start
}

func start(f func()) {
	go run(f) //@go-run
}

func run(f func()) {
	for runtime.NumGoroutine() > 2 { // start is on its way out
		runtime.Gosched()
	}
	f() //@call
}

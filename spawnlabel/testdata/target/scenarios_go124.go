//go:build go1.24

package main

import (
	"runtime"
	"sync/atomic"
)

var _ = scenario("cleanup", addCleanup)

func addCleanup() {
	var done atomic.Bool
	runtime.AddCleanup(new([64]int), func(done *atomic.Bool) { done.Store(true); go cleanup1() }, &done)
	collect(&done)
}

func cleanup1() { here("cleanup") }

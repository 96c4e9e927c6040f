//go:build go1.24

package main

import "runtime"

var _ = scenario("cleanup", addCleanup)

func addCleanup() {
	runtime.AddCleanup(new([64]int), func(int) { go cleanup1() }, 0)
	runtime.GC()
}

func cleanup1() { here("cleanup") }

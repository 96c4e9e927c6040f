package main

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// maxMemory is where the format record keeps the bound on label memory.
func maxMemory() *uint64 {
	_, format, _ := hook()
	return (*uint64)(unsafe.Add(*(*unsafe.Pointer)(unsafe.Pointer(&format)), 48))
}

// A finalizer that does not return: no other will run.
var _ = scenario("finalizerdirect", func() {
	var done atomic.Bool
	runtime.SetFinalizer(new([64]int), func(*[64]int) { done.Store(true); here("finalizerdirect") })
	collect(&done)
})

// These change the rules for all that follow.
func init() {
	scenario("memorylow", memoryLow)
	scenario("memoryout", memoryOut)
}

func memoryLow() {
	_, _, used := hook()
	*maxMemory() = uint64(used) - 1
	go here("memorylow")
}

func memoryOut() {
	*maxMemory() = 1
	go here("memoryout")
}

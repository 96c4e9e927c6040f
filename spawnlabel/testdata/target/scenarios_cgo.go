//go:build cgo

package main

/*
#include <pthread.h>
#include <stdint.h>

extern void fromC(int);

static void callGo(int n) { fromC(n); }

static void *threadMain(void *n) { fromC((int)(intptr_t)n); return 0; }

static void callGoOnThread(int n) {
	pthread_t t;
	pthread_create(&t, 0, threadMain, (void *)(intptr_t)n);
	pthread_detach(t);
}
*/
import "C"

// A go statement in Go code called from C, on a thread of Go's, on one that C
// made, and the Go code itself on a thread that C made.
var (
	_ = scenario("cgo", callC)
	_ = scenario("cthread", func() { C.callGoOnThread(2) })
	_ = scenario("cthreaddirect", func() { C.callGoOnThread(3) })
)

func callC() { C.callGo(1) }

//export fromC
func fromC(n C.int) {
	switch n {
	case 1:
		go here("cgo")
	case 2:
		go here("cthread")
	case 3:
		here("cthreaddirect")
	}
}

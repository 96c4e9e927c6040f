// Program cgothread has a thread that C has made call into Go, which starts a
// goroutine: there is no go statement that the thread's own goroutine comes
// from.
package main

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>

extern void handle(void);

static void *run(void *arg) {
	handle();
	return 0;
}

static int begin(void) {
	pthread_t t;
	int err = pthread_create(&t, 0, run, 0);
	return err ? err : pthread_join(t, 0);
}
*/
import "C"

import "fmt"

var done = make(chan bool)

func main() {
	if err := C.begin(); err != 0 {
		panic(err)
	}
	<-done
}

func report() {
	fmt.Println("called back") //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.report stop
//	---- created by goroutine
//	main.handle go-report
//	...

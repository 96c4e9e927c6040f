// Program pproflabels sets the user's own goroutine labels with pprof.Do: they
// are kept, and the chain is whole.
package main

import (
	"context"
	"fmt"
	"runtime/pprof"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	done := make(chan bool)
	go serve(done) //@go-serve
	<-done
}

func serve(done chan bool) {
	labels := pprof.Labels("tenant", "acme")
	pprof.Do(context.Background(), labels, func(ctx context.Context) { //@do
		go query(ctx, done) //@go-query
	})
}

func query(ctx context.Context, done chan bool) {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	tenant, ok := pprof.Label(ctx, "tenant")
	fmt.Println(tenant, ok) //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.query stop
//	---- created by goroutine $a (exited)
//	main.serve.func1 go-query
//	runtime/pprof.Do
//	main.serve do
//	---- created by goroutine 1 [chan receive]
//	main.main go-serve

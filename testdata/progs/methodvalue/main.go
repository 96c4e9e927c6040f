// Program methodvalue starts goroutines with a method value and a method
// expression.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

type job struct{ done chan bool }

func (j *job) prepare(next func(*job)) {
	go next(j) //@go-next
}

func (j *job) run() {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println("run") //@stop
	j.done <- true
}

func launch(f func()) {
	go f() //@go-f
}

func main() {
	j := &job{make(chan bool)}
	prepare := j.prepare
	go prepare(func(j *job) { //@go-prepare
		launch(j.run) //@launch
	})
	<-j.done
}

// stop: breakpoint stop

// want stack at stop:
//	main.(*job).run stop
//	---- created by goroutine $b (exited)
//	main.launch go-f
//	main.main.func1 launch
//	---- created by goroutine $a (exited)
//	main.(*job).prepare go-next
//	---- created by goroutine 1 [chan receive]
//	main.main go-prepare

// Program generic starts goroutines from generic functions and methods.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

type queue[T any] struct{ items chan T }

func (q *queue[T]) start(each func(T)) {
	go consume(q.items, each) //@go-consume
}

func consume[T any](items chan T, each func(T)) {
	for item := range items {
		each(item) //@each
	}
}

func feed[K comparable, V any](m map[K]V, each func(V)) {
	q := queue[V]{make(chan V)}
	q.start(each) //@start
	for _, v := range m {
		q.items <- v
	}
}

func main() {
	done := make(chan bool)
	print := func(list []int) {
		show(list, done) //@show
	}
	feed(map[string][]int{"a": {1, 2}}, print) //@feed
	<-done
}

func show(list []int, done chan bool) {
	settle.Waiting("main.main", "chan receive", 1)
	fmt.Println(list) //@stop
	done <- true
}

// stop: breakpoint stop

// want stack at stop:
//	main.show stop
//	main.main.func1 show
//	main.consume[...] each
//	---- created by goroutine 1 [chan receive]
//	main.(*queue[...]).start go-consume
//	main.feed[...] start
//	main.main feed

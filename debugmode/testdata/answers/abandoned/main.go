// Command abandoned makes the well-known leaks: goroutines that nobody can wake.
package main

import (
	"sync"

	"github.com/dlvx/dlvx/debugmode/testdata/answers/settled"
)

func main() {
	for range 5 {
		firstAnswer()
	}
	pipeline()
	forgottenLock()
	forgottenGroup()
	go nothing(nil) // want leak 1 main.nothing [chan receive (nil chan)]
	go never()      // want leak 1 main.never [select (no cases)]
	answered()
	settled.But(0)
}

// firstAnswer takes the first of three answers; the others have no reader.
func firstAnswer() {
	answers := make(chan int)
	for n := range 3 {
		go func() { answers <- n }() // want leak 10 main.firstAnswer.func1 [chan send]
	}
	<-answers
}

// pipeline gives up its last stage: all stages before it hang.
func pipeline() {
	a, b, c := make(chan int), make(chan int), make(chan int)
	go stage(a, b) // want leak 1 main.stage [chan receive]
	go stage(b, c) // want leak 1 main.stage [chan receive]
	go func() {    // want leak 1 main.pipeline.func1 [select]
		select {
		case <-c:
		case c <- 1:
		}
	}()
}

func stage(in, out chan int) {
	for n := range in {
		out <- n
	}
}

func forgottenLock() {
	// A mutex alone would share its memory with other small things.
	var mu struct {
		sync.Mutex
		_ [16]byte
	}
	mu.Lock()
	go func() { // want leak 1 main.forgottenLock.func1 [sync.Mutex.Lock]
		mu.Lock()
		mu.Unlock()
	}()
}

func forgottenGroup() {
	var all sync.WaitGroup
	all.Add(2)
	go all.Done()
	go all.Wait() // want leak 1 sync.(*WaitGroup).Wait [sync.WaitGroup.Wait]
}

func nothing(c chan int) { <-c }

func never() { select {} }

// answered leaves nothing behind.
func answered() {
	answers := make(chan int, 3)
	for n := range 3 {
		go func() { answers <- n }()
	}
	for range 3 {
		<-answers
	}
}

// Command shapes leaves goroutines of all shapes behind, and exits on one of them.
package main

import (
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/dlvx/dlvx/debugmode/testdata/answers/settled"
)

var hold = make(chan int)

type server struct{ name string }

type runner interface{ run(int) }

func (s *server) run(int)  { <-hold }
func (s server) value()    { <-hold }
func wait[T any](c chan T) { <-c }
func nested(depth int)     { descend(depth) }
func variadic(args ...any) { <-hold }
func lives()               { <-hold }

func leaver(done chan bool) {
	go lives() // want pending 1 main.lives [chan receive]
	done <- true
}

func descend(depth int) {
	if depth == 0 {
		<-hold
		return
	}
	go descend(depth - 1) // want pending 1 main.descend [chan receive]
	<-hold
}

func main() {
	s := &server{}
	go s.run(1)           // want pending 1 main.(*server).run [chan receive]
	go runner(s).run(2)   // want pending 1 main.(*server).run [chan receive]
	go s.value()          // want pending 1 main.server.value [chan receive]
	go wait(hold)         // want pending 1 main.wait[go.shape.int] [chan receive]
	go nested(1)          // want pending 1 main.nested [chan receive]
	go variadic(1, "two") // want pending 1 main.variadic [chan receive]
	method := s.run
	go method(3) // want pending 1 main.(*server).run [chan receive]
	f := func() { <-hold }
	go f() // want pending 1 main.main.func1 [chan receive]
	done := make(chan bool)
	go leaver(done)
	<-done
	func() {
		defer func() {
			go lives() // want pending 1 main.lives [chan receive]
		}()
	}()
	for range seq {
		go lives() // want pending 2 main.lives [chan receive]
	}
	go time.Sleep(time.Hour) // want pending 1 time.Sleep [sleep]
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil {
		panic(err)
	}
	go syscall.Read(fds[0], make([]byte, 1)) // want pending 1 syscall.Read [syscall]
	go busy()                                // want pending 1 main.busy [runnable]
	var once sync.Once
	go once.Do(func() { // want pending 1 sync.(*Once).Do [chan receive]
		<-hold
	})
	go exit()
	select {}
}

func seq(yield func(int) bool) { _ = yield(1) && yield(2) }

func busy() {
	for {
	}
}

// exit is not in the list that it makes.
func exit() {
	settled.But(1)
	os.Exit(0)
}

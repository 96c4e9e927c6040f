// Program embedded starts a goroutine with a method that is promoted from an
// embedded struct, through an interface.
package main

import (
	"fmt"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

type base struct{ done chan bool }

func (b *base) loop() {
	b.spawn(b.turn) //@spawn
	<-b.done        //@loop
	b.done <- true
}

func (b *base) spawn(f func()) {
	go f() //@go-f
}

func (b *base) turn() {
	settle.Waiting("main.main", "chan receive", 1)
	settle.Waiting("main.(*base).loop", "chan receive", 1)
	fmt.Println("turn") //@stop
	b.done <- true
}

type service struct {
	name string
	*base
}

func main() {
	s := service{"clock", &base{make(chan bool)}}
	idle := make(chan bool)
	go s.loop() //@go-loop
	<-idle
}

// stop: breakpoint stop

// want stack at stop:
//	main.(*base).turn stop
//	---- created by goroutine $a [chan receive]
//	main.(*base).spawn go-f
//	main.(*base).loop spawn
//	---- created by goroutine 1 [chan receive]
//	main.main go-loop

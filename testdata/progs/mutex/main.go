// Program mutex has goroutines that wait for locks and conditions.
package main

import (
	"sync"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

type account struct {
	mu     sync.Mutex
	prices sync.RWMutex
	paid   *sync.Cond
}

func main() {
	a := &account{paid: sync.NewCond(new(sync.Mutex))}
	a.mu.Lock()
	a.prices.Lock()
	go a.tellers() //@go-tellers
	go ready()
	select {} //@main
}

func (a *account) tellers() {
	go a.withdraw() //@go-withdraw
	go a.read()     //@go-read
	go a.wait()     //@go-wait
}

func (a *account) withdraw() {
	a.mu.Lock() //@lock
}

func (a *account) read() {
	a.prices.RLock() //@rlock
}

func (a *account) wait() {
	a.paid.L.Lock()
	a.paid.Wait() //@cond
}

func ready() {
	settle.Left(5)
	settle.Waiting("main.(*account).withdraw", "sync.Mutex.Lock", 1)
	settle.Waiting("main.(*account).read", "sync.RWMutex.RLock", 1)
	settle.Waiting("main.(*account).wait", "sync.Cond.Wait", 1)
	settle.Waiting("main.main", "select (no cases)", 1)
	settle.Ready()
}

// stop: pause when ready

// want stack of @lock at pause:
//	...
//	sync.(*Mutex).Lock
//	main.(*account).withdraw lock
//	---- created by goroutine $a (exited)
//	main.(*account).tellers go-withdraw
//	---- created by goroutine 1 [select (no cases)]
//	main.main go-tellers

// want stack of @rlock at pause:
//	sync.(*RWMutex).RLock
//	main.(*account).read rlock
//	---- created by goroutine $a (exited)
//	main.(*account).tellers go-read
//	---- created by goroutine 1 [select (no cases)]
//	main.main go-tellers

// want stack of @cond at pause:
//	...
//	sync.(*Cond).Wait
//	main.(*account).wait cond
//	---- created by goroutine $a (exited)
//	main.(*account).tellers go-wait
//	---- created by goroutine 1 [select (no cases)]
//	main.main go-tellers

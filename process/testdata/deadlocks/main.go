// Program deadlocks has goroutines that wait for each other for ever, and some
// that only look so. When all of them wait, it prints a line.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
)

var (
	once, first, second sync.Once
	inFirst, inSecond   = make(chan bool), make(chan bool)
	group, other        sync.WaitGroup
	shared              sync.RWMutex
	done                = make(chan bool)
)

// again calls itself through a sync.Once.
func again() { once.Do(func() { once.Do(func() {}) }) }

// behind waits for again.
func behind() { once.Do(func() {}) }

// left and right wait for each other's sync.Once.
func left() {
	first.Do(func() {
		inFirst <- true
		<-inSecond
		second.Do(func() {})
	})
}

func right() {
	second.Do(func() {
		<-inFirst
		inSecond <- true
		first.Do(func() {})
	})
}

// member is of the group that it waits for.
func member() { group.Wait() }

// idle is of a group that another waits for, and waits for a channel.
func idle()    { <-done }
func patient() { other.Wait() }

// read has the lock, and wants it once more, behind a writer.
func read() {
	shared.RLock()
	inFirst <- true
	<-inSecond
	shared.RLock()
}

func write() { shared.Lock() }

// transfer has one lock and wants another.
func transfer(from, to *account) {
	from.mu.Lock()
	defer from.mu.Unlock()
	inFirst <- true
	<-inSecond
	to.mu.Lock()
	to.mu.Unlock()
}

type account struct {
	sum int
	mu  sync.Mutex
}

func there(a, b *account) { transfer(a, b) }
func back(a, b *account)  { transfer(a, b) }

// produce would send what consume waits for.
func produce(c chan int, gate chan bool) {
	<-gate
	c <- 1
}

func consume(c chan int) { <-c }

func main() {
	go again()
	waiting("again", "sync.Mutex.Lock")
	go behind()
	go left()
	go right()
	group.Go(member)
	other.Go(idle)
	go patient()
	waiting("behind", "sync.Mutex.Lock")
	waiting("left", "sync.Mutex.Lock")
	waiting("right", "sync.Mutex.Lock")
	waiting("member", "sync.WaitGroup.Wait")
	waiting("idle", "chan receive")
	waiting("patient", "sync.WaitGroup.Wait")
	go read()
	<-inFirst
	go write()
	waiting("write", "sync.RWMutex.Lock")
	inSecond <- true
	waiting("read", "sync.RWMutex.RLock")
	a, b := new(account), new(account)
	go there(a, b)
	<-inFirst
	go back(b, a)
	<-inFirst
	inSecond <- true
	inSecond <- true
	waiting("there", "sync.Mutex.Lock")
	waiting("back", "sync.Mutex.Lock")
	c := make(chan int)
	go produce(c, make(chan bool))
	go consume(c)
	c = nil
	waiting("produce", "chan receive")
	waiting("consume", "chan receive")
	fmt.Println()
	os.Stdin.Read(make([]byte, 1))
}

// waiting returns when the goroutine waits that has a function on its stack.
func waiting(fn, reason string) {
	buf := make([]byte, 1<<16)
	for {
		for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			header, _, _ := strings.Cut(g, "\n")
			if strings.Contains(g, "\nmain."+fn+"(") && strings.Contains(header, "["+reason) {
				return
			}
		}
		runtime.Gosched()
	}
}

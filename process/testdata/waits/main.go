// Program waits has a goroutine for each kind of thing that goroutines wait on.
// When all of them wait, it prints what there is to know of the things, a line
// for each goroutine by the name of its function, and an empty line.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
)

type job struct{ n int }

var (
	jobs   = make(chan job)
	full   = make(chan *int, 2)
	nobody chan string
	late   = time.NewTimer(time.Hour)

	mu     sync.Mutex
	shared sync.RWMutex // two readers have it, a writer waits for them, and a third reader for that
	group  sync.WaitGroup
	cond   = sync.NewCond(new(sync.Mutex))

	conn, peer net.Conn
	wanted     []string // the functions that goroutines wait in
)

func receive()  { <-jobs }
func receive2() { <-jobs }
func send()     { full <- nil }
func never()    { <-nobody }
func timer()    { <-late.C }
func sleep()    { time.Sleep(time.Hour) }
func lock()     { mu.Lock() }
func lock2()    { mu.Lock() }
func drain()    { shared.Lock() }
func writer()   { shared.Lock() }
func reader()   { shared.RLock() }
func wait()     { group.Wait() }
func wait2()    { group.Wait() }
func signal()   { cond.L.Lock(); cond.Wait() }
func signal2()  { cond.L.Lock(); cond.Wait() }
func read()     { conn.Read(make([]byte, 1)) }
func choose() {
	select {
	case <-jobs:
	case full <- nil:
	case <-late.C:
	}
}

func main() {
	full <- nil
	full <- nil
	mu.Lock()
	shared.RLock()
	shared.RLock()
	group.Add(3)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	if peer, err = net.Dial("tcp", l.Addr().String()); err != nil {
		panic(err)
	}
	if conn, err = l.Accept(); err != nil {
		panic(err)
	}
	conn.SetReadDeadline(time.Now().Add(time.Hour))

	start("receive", receive)
	start("receive2", receive2)
	start("send", send)
	start("never", never)
	start("timer", timer)
	start("sleep", sleep)
	start("lock", lock)
	start("lock2", lock2)
	start("drain", drain)
	start("writer", writer)
	start("reader", reader)
	start("wait", wait)
	start("wait2", wait2)
	start("signal", signal)
	start("signal2", signal2)
	start("read", read)
	start("choose", choose)

	fmt.Printf("receive chan main.job %p 0/0\n", jobs)
	fmt.Printf("send chan *int %p 2/2\n", full)
	fmt.Printf("timer chan time.Time %p\n", late.C)
	fmt.Printf("lock %p\n", &mu)
	fmt.Printf("drain %p\n", &shared)
	fmt.Printf("wait %p\n", &group)
	fmt.Printf("signal %p\n", cond)
	fmt.Printf("read tcp %s to %s\n", conn.LocalAddr(), conn.RemoteAddr())
	fmt.Println()
	os.Stdin.Read(make([]byte, 1))
	runtime.KeepAlive(peer)
}

// start starts a goroutine and returns when it waits: the next one comes behind
// it, where they wait for the same.
func start(name string, f func()) {
	go f()
	buf := make([]byte, 1<<16)
	for {
		for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if !strings.Contains(g, "\nmain."+name+"(") {
				continue
			}
			header, _, _ := strings.Cut(g, "\n")
			if !strings.Contains(header, "[run") && !strings.Contains(header, "[syscall") {
				return
			}
		}
		runtime.Gosched()
	}
}

// Program deadlocks has goroutines that wait for each other for ever, and some
// that only look so. When all of them wait, it prints a line.
package main

import (
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
)

var (
	once, first, second sync.Once
	inFirst, inSecond   = make(chan bool), make(chan bool)
	group, other        sync.WaitGroup
	shared              sync.RWMutex
	loose               sync.Mutex
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

// logs has a logger that logs what it cannot write, by itself.
func logs(l *log.Logger) { l.Print("hello") }

type complains struct{ to *log.Logger }

func (c *complains) Write(b []byte) (int, error) {
	c.to.Print("cannot write")
	return 0, nil
}

// stuff writes to a pipe that nobody reads, and squeeze behind it.
func stuff(w *io.PipeWriter)   { w.Write([]byte("x")) }
func squeeze(w *io.PipeWriter) { w.Write([]byte("x")) }

// tell writes a log to a pipe of the system that is full, and queue behind it.
func tell(l *slog.Logger)  { l.Info("x") }
func queue(l *slog.Logger) { l.Info("x") }

// plain has a lock without a function that tells of it, and lock waits for it.
func plain() {
	loose.Lock()
	inFirst <- true
	<-done
}

func lock() {
	loose.Lock()
	loose.Unlock()
}

func main() {
	writer := new(complains)
	writer.to = log.New(writer, "", 0)
	go logs(writer.to)
	waiting("logs", "sync.Mutex.Lock")
	_, pipe := io.Pipe()
	go stuff(pipe)
	waiting("stuff", "select")
	go squeeze(pipe)
	waiting("squeeze", "sync.Mutex.Lock")
	logger := slog.New(slog.NewTextHandler(full(), nil))
	go tell(logger)
	waiting("tell", "syscall")
	go queue(logger)
	waiting("queue", "sync.Mutex.Lock")
	go plain()
	<-inFirst
	go lock()
	waiting("lock", "sync.Mutex.Lock")
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

// full returns a pipe that nothing can be written to until somebody reads.
func full() *os.File {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		panic(err)
	}
	f := os.NewFile(uintptr(ends[1]), "pipe") // blocking: writes are system calls
	if err := syscall.SetNonblock(ends[1], true); err != nil {
		panic(err)
	}
	for b := make([]byte, 1); ; {
		if _, err := syscall.Write(ends[1], b); err != nil {
			break
		}
	}
	if err := syscall.SetNonblock(ends[1], false); err != nil {
		panic(err)
	}
	return f
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

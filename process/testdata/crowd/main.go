// Command crowd has goroutines that wait for all kinds of things. Once they do
// it prints how the runtime itself sees them, and the line "settled"; then it
// answers each byte of its standard input with the same byte.
//
//	crowd [-n goroutines] [-spin]
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	never  = make(chan int)
	other  = make(chan int)
	full   = make(chan int)
	locked sync.Mutex
	rw     sync.RWMutex
	cond   = sync.NewCond(&sync.Mutex{})
	sum    int
)

func deep(n int, f func()) {
	if n == 0 {
		f()
		return
	}
	deep(n-1, f)
}

type waiter[T any] struct{ c chan T }

func (w waiter[T]) wait() { <-w.c }

func inlined() { <-never }

// kinds are what goroutines wait for.
var kinds = []func(i int){
	func(int) { inlined() },
	func(int) { full <- 1 },
	func(int) {
		select {
		case <-never:
		case <-other:
		}
	},
	func(int) { locked.Lock() },
	func(int) { rw.RLock() },
	func(int) {
		var wg sync.WaitGroup
		wg.Add(1)
		wg.Wait()
	},
	func(int) {
		cond.L.Lock()
		cond.Wait()
	},
	func(int) { time.Sleep(time.Hour) },
	func(i int) { deep(i%500, func() { <-never }) },
	func(int) { waiter[string]{make(chan string)}.wait() },
	func(i int) {
		labels := pprof.Labels("number", strconv.Itoa(i), "kind", "labelled")
		pprof.Do(context.Background(), labels, func(context.Context) { <-never })
	},
	func(int) {
		defer func() {
			recover()
			<-never
		}()
		var p *int
		*p = 1
	},
	func(int) {
		c, _ := net.Pipe()
		c.Read(make([]byte, 1))
	},
	func(int) { select {} },
	func(int) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		l.Accept()
	},
}

// blocked are the words in brackets of goroutines that will not go on.
var blocked = []string{
	"chan receive", "chan send", "select", "select (no cases)", "sync.Mutex.Lock", "sync.RWMutex.RLock", "semacquire",
	"sync.WaitGroup.Wait", "sync.Cond.Wait", "sleep", "IO wait",
}

// settled returns what runtime.Stack says once all but this goroutine wait.
func settled(n int) string {
	for buf := make([]byte, 1<<20); ; {
		size := runtime.Stack(buf, true)
		if size == len(buf) {
			buf = make([]byte, 2*len(buf))
			continue
		}
		text := string(buf[:size])
		waiting := 0
		for _, g := range strings.Split(text, "\n\n") {
			header, _, _ := strings.Cut(g, "]:\n")
			_, state, _ := strings.Cut(header, "[")
			state, _, _ = strings.Cut(state, ",")
			for _, b := range blocked {
				if state == b && strings.Contains(g, "main.main.func") {
					waiting++
					break
				}
			}
		}
		if waiting == n {
			return text
		}
		runtime.Gosched()
	}
}

func main() {
	n := flag.Int("n", 100, "goroutines that wait")
	spin := flag.Bool("spin", false, "one more that runs")
	quiet := flag.Bool("quiet", false, "print no stacks")
	flag.Parse()
	locked.Lock()
	rw.Lock()
	for i := 0; i < *n; i++ {
		i := i
		go func() { kinds[i%len(kinds)](i) }()
	}
	stacks := settled(*n)
	if !*quiet {
		fmt.Println(stacks)
	}
	fmt.Println("settled")
	if *spin {
		go func() {
			for {
				sum++
			}
		}()
	}
	for b := make([]byte, 1); ; {
		if _, err := os.Stdin.Read(b); err != nil {
			return
		}
		os.Stdout.Write(b)
	}
}

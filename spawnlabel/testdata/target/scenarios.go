package main

import (
	"context"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A goroutine started by an init function.
var initDone = make(chan bool)

func init() {
	go func() {
		<-initDone
		here("init")
	}()
}

// An ordinary go statement, with arguments.
var _ = scenario("plain", plain)

func plain() { go plainChild(1, "two") }

func plainChild(int, string) { here("plain") }

// Generations of which all older ones have exited.
var _ = scenario("exited", exited1)

func exited1() { go exited2() }
func exited2() { go exited3() }
func exited3() { go exited4() }
func exited4() { go exited5() }
func exited5() { here("exited") }

// Timers. The goroutine that made the timer is gone, others ran in between.
var _ = scenario("afterfunc", afterFunc)

func afterFunc()  { time.AfterFunc(time.Millisecond, afterFunc1) }
func afterFunc1() { go afterFunc2() }
func afterFunc2() { here("afterfunc") }

var _ = scenario("afterfuncdirect", afterFuncDirect)

func afterFuncDirect()  { time.AfterFunc(time.Millisecond, afterFuncDirect1) }
func afterFuncDirect1() { here("afterfuncdirect") }

// A timer that is stopped and set again by somebody else.
var _ = scenario("afterfuncreset", afterFuncReset)

func afterFuncReset() {
	t := time.AfterFunc(time.Hour, afterFuncReset1)
	go afterFuncReset2(t)
}
func afterFuncReset1()              { here("afterfuncreset") }
func afterFuncReset2(t *time.Timer) { t.Reset(1) }

var _ = scenario("contexttimeout", contextTimeout)

func contextTimeout() {
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		_ = cancel
		inTime := make(chan bool, 1)
		context.AfterFunc(ctx, func() {
			if <-inTime {
				here("contexttimeout")
			}
		})
		ok := ctx.Err() == nil // else the time may have been up before there was a function to call
		inTime <- ok
		if ok {
			return
		}
	}
}

var _ = scenario("contextafterfunc", contextAfterFunc)

func contextAfterFunc() {
	ctx, cancel := context.WithCancel(context.Background())
	context.AfterFunc(ctx, contextAfterFunc1)
	cancel()
}
func contextAfterFunc1() { here("contextafterfunc") }

// Coroutines.
var _ = scenario("iterpull", iterPull)

func iterPull() {
	next, stop := iter.Pull(func(yield func(int) bool) { go iterPull1() })
	defer stop()
	next()
}
func iterPull1() { here("iterpull") }

// A group in the manner of golang.org/x/sync/errgroup.
var _ = scenario("group", runGroup)

func runGroup() {
	var g group
	g.Go(func() error { here("group"); return nil })
	g.wg.Wait()
}

type group struct {
	wg  sync.WaitGroup
	err error
}

func (g *group) Go(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		g.err = f()
	}()
}

// A finalizer, and what it starts: the goroutine that runs finalizers has
// been started by somebody who has nothing to do with it.
var _ = scenario("finalizer", setFinalizer)

func setFinalizer() {
	var done atomic.Bool
	runtime.SetFinalizer(new([64]int), func(*[64]int) { done.Store(true); go finalizer1() })
	collect(&done)
}

// collect collects garbage until that is done which it is to bring about.
func collect(done *atomic.Bool) {
	for !done.Load() {
		runtime.GC()
	}
}

func finalizer1() { here("finalizer") }

// go statements in deferred calls, one of them because of a nil dereference.
var _ = scenario("deferred", deferred)

func deferred()  { defer deferred1() }
func deferred1() { go here("deferred") }

var _ = scenario("nilpointer", nilPointer)

func nilPointer() {
	defer nilPointer1()
	nilPointer2(nil)
}

func nilPointer1() {
	recover()
	go here("nilpointer")
}

//go:noinline
func nilPointer2(p *int) { *p = 1 }

// Generic functions and method values.
var _ = scenario("generic", callGeneric)

func callGeneric() { generic(1, "s") }

func generic[K comparable, V any](k K, v V) { go func() { here("generic") }() }

var _ = scenario("method", callMethod)

func callMethod() {
	f := new(counter).start
	f()
}

type counter struct{ n int }

func (c *counter) start() { go c.run() }
func (c *counter) run()   { here("method") }

var _ = scenario("interface", callInterface)

func callInterface() {
	var r interface{ start() } = &starter{}
	r.start()
}

type (
	starter  struct{ counter2 }
	counter2 struct{}
)

func (counter2) start() { go here("interface") }

// Inlined callers of the go statement.
var _ = scenario("inlined", inlined)

func inlined() { inlined1() }

func inlined1() { inlined2() }
func inlined2() { go here("inlined") }

// A goroutine that starts itself anew, and two that start each other.
var _ = scenario("respawn", callRespawn)

func callRespawn() { respawn(10_000) }

func respawn(n int) {
	if n == 0 {
		go here("respawn")
		return
	}
	go respawn(n - 1)
}

var _ = scenario("pingpong", callPing)

func callPing() { ping(1_000) }

func ping(n int) {
	if n == 0 {
		go here("pingpong")
		return
	}
	go pong(n)
}
func pong(n int) { go ping(n - 1) }

// More generations than a chain keeps, no two of them alike.
var _ = scenario("generations", callGeneration)

func callGeneration() { generation(90) }

func generation(n int) {
	if n == 0 {
		go here("generations")
		return
	}
	nest(n, func() { go generation(n - 1) })
}

// nest calls f below n frames of itself.
//
//go:noinline
func nest(n int, f func()) {
	if n == 0 {
		f()
		return
	}
	nest(n-1, f)
}

// A stack deeper than a label keeps.
var _ = scenario("deep", callDeep)

func callDeep() { nest(200, func() { go here("deep") }) }

// Many goroutines of few kinds while others are made: labels are shared.
var _ = scenario("crowd", crowd)

func crowd() {
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 2000 {
				done := make(chan bool)
				nest(i%50, func() { go func() { done <- true }() })
				<-done
			}
		}()
	}
	wg.Wait()
	go here("crowd")
}

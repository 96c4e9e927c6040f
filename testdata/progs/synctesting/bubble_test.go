// Package synctesting is stopped in a bubble of testing/synctest, where the
// clock is the test's.
package synctesting

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { //@test
		done := make(chan bool)
		time.AfterFunc(time.Hour, func() { //@after-func
			expire(done) //@expire
		})
		<-done
	})
}

func expire(done chan bool) {
	go report(done) //@go-report
}

func report(done chan bool) {
	synctest.Wait()
	done <- true //@stop
}

// test: TestBubble
// stop: breakpoint stop
// ancestors: none

// want stack at stop:
//	github.com/dlvx/dlvx/testdata/progs/synctesting.report stop
//	---- created by goroutine $d (exited)
//	github.com/dlvx/dlvx/testdata/progs/synctesting.expire go-report
//	github.com/dlvx/dlvx/testdata/progs/synctesting.TestBubble.func1.1 expire
//	---- created by goroutine $c [chan receive (durable)]
//	time.AfterFunc
//	github.com/dlvx/dlvx/testdata/progs/synctesting.TestBubble.func1 after-func
//	testing.tRunner
//	---- created by goroutine $b [chan receive (durable)]
//	...
//	---- created by goroutine $a [synctest.Run]
//	testing/synctest.Test
//	github.com/dlvx/dlvx/testdata/progs/synctesting.TestBubble test
//	testing.tRunner
//	---- created by goroutine 1 [chan receive]
//	testing.(*T).Run
//	...
//	testing.(*M).Run
//	main.main

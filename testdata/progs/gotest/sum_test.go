package gotest

import (
	"testing"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func TestSum(t *testing.T) {
	t.Run("two", func(t *testing.T) { //@run
		settle.Waiting("testing.(*T).Run", "chan receive", 2)
		if got := Sum(1, 2); got != 3 { //@sum
			t.Errorf("got %d", got)
		}
	})
}

func TestOther(t *testing.T) {
	if got := Sum(); got != 0 {
		t.Errorf("got %d", got)
	}
}

// test: TestSum
// stop: breakpoint stop

// want stack at stop:
//	github.com/dlvx/dlvx/testdata/progs/gotest.add stop
//	---- created by goroutine $b
//	github.com/dlvx/dlvx/testdata/progs/gotest.Sum go-add
//	github.com/dlvx/dlvx/testdata/progs/gotest.TestSum.func1 sum
//	testing.tRunner
//	---- created by goroutine $a [chan receive]
//	testing.(*T).Run
//	github.com/dlvx/dlvx/testdata/progs/gotest.TestSum run
//	testing.tRunner
//	---- created by goroutine 1 [chan receive]
//	testing.(*T).Run
//	...
//	testing.(*M).Run
//	main.main

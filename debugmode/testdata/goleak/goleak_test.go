package goleak

import (
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestFinds(t *testing.T) {
	c := make(chan int)
	go outer(c)
	<-c
	until(func(stacks string) bool { return strings.Contains(stacks, "[chan receive]:\n"+outerName+"(") })
	err := goleak.Find()
	if err == nil || !strings.Contains(err.Error(), outerName) || strings.Contains(err.Error(), "spawn chains") || strings.Contains(err.Error(), "runtime.watch") {
		t.Errorf("goleak says: %v", err)
	}
	close(c)
	until(func(stacks string) bool { return !strings.Contains(stacks, outerName) })
	if err := goleak.Find(); err != nil {
		t.Error(err)
	}
}

const outerName = "github.com/dlvx/dlvx/debugmode/testdata/goleak.outer"

// until waits for the stacks of all goroutines to be so.
func until(so func(stacks string) bool) {
	for buf := make([]byte, 1<<16); !so(string(buf[:runtime.Stack(buf, true)])); {
		runtime.Gosched()
	}
}

func outer(c chan int) {
	c <- 1
	<-c
}

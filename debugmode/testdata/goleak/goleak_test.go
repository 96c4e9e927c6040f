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
	for buf := make([]byte, 1<<16); strings.Count(string(buf[:runtime.Stack(buf, true)]), "[chan receive") < 1; {
		runtime.Gosched()
	}
	err := goleak.Find()
	if err == nil || !strings.Contains(err.Error(), "goleak.outer") || strings.Contains(err.Error(), "spawn chains") || strings.Contains(err.Error(), "runtime.watch") {
		t.Errorf("goleak says: %v", err)
	}
	close(c)
	if err := goleak.Find(); err != nil {
		t.Error(err)
	}
}

func outer(c chan int) {
	c <- 1
	<-c
}

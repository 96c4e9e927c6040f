// Command contexts forgets to cancel some contexts, and some not.
package main

import (
	"context"
	"errors"
	"os/signal"
	"syscall"
	"time"
)

var kept []any

func main() {
	ctx := context.Background()
	for n := range 10 {
		request(ctx, n)
	}
	timeouts(ctx)
	family()
	all, cancel := context.WithCancel(ctx)
	defer cancel() // before the end, and so the child
	request(all, 0)
	stopped, _ := signal.NotifyContext(ctx, syscall.SIGHUP) // want context 1/1
	kept = append(kept, stopped)
	cause, _ := context.WithCancelCause(context.WithoutCancel(ctx)) // want context 1/1
	kept = append(kept, cause, context.WithValue(cause, &kept, 1))
	passed()
	// AfterFunc is no context.
	kept = append(kept, context.AfterFunc(ctx, func() {}))
}

func request(ctx context.Context, n int) {
	ctx, cancel := context.WithCancel(ctx) // want context 3/10
	kept = append(kept, ctx)
	if n%4 != 0 {
		cancel()
	}
}

func timeouts(ctx context.Context) {
	long, _ := context.WithTimeout(ctx, time.Hour) // want context 1/1
	kept = append(kept, long)
	late, _ := context.WithDeadlineCause(ctx, time.Now().Add(time.Hour), errors.New("late")) // want context 1/1
	kept = append(kept, late)
	// Its time has come: it cancels itself.
	short, _ := context.WithTimeout(ctx, 1)
	<-short.Done()
	kept = append(kept, short)
}

// family cancels a parent, and so its children.
func family() {
	parent, cancel := context.WithCancel(context.Background())
	for range 5 {
		child, _ := context.WithCancel(parent)
		kept = append(kept, child)
	}
	cancel()
}

// passed makes a context of one that has been cancelled.
func passed() {
	over, cancel := context.WithCancel(context.Background())
	cancel()
	child, _ := context.WithCancel(over)
	kept = append(kept, child)
}

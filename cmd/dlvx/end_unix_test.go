//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
)

// TestPagerLeft: that somebody does not read any more what dlvx writes to them
// ends nothing, as long as it is not the output.
func TestPagerLeft(t *testing.T) {
	ctx := notify(syscall.SIGPIPE, syscall.SIGUSR1)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	if _, err := w.Write([]byte("a line")); !errors.Is(err, syscall.EPIPE) {
		t.Fatalf("error %v", err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	if cause := context.Cause(ctx); cause != (signalError{syscall.SIGUSR1}) {
		t.Errorf("ended by %v", cause)
	}
}

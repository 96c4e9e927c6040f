//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

// TestEarlySignal: a signal that comes before anybody passes it on is not lost.
func TestEarlySignal(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(signalError{syscall.SIGTERM})
	t.Cleanup(func() { signal.Reset() }) // which stay caught
	cmd := exec.Command("sleep", "3600")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if status, err := ended(ctx, cmd, cmd.Wait); status != 128+15 || err != nil {
		t.Errorf("status %d, %v", status, err)
	}
}

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

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// signalError is the cause of a context that a signal ended.
type signalError struct{ os.Signal }

func (e signalError) Error() string { return e.String() }

// notify returns a context that the first of the signals ends. They stay
// caught for good, so that none can kill dlvx while it cleans up.
func notify(signals ...os.Signal) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	ch := make(chan os.Signal, len(signals))
	signal.Notify(ch, signals...)
	go func() {
		for s := range ch {
			// Once it is caught it also comes where the user leaves a pager.
			if s != syscall.SIGPIPE || outputGone() {
				cancel(signalError{s})
				return
			}
		}
	}()
	return ctx
}

// interrupts are the signals that end what has no user interface, and hangUps
// those that end everything. A reader of the output that goes away is one of
// them: left alone, SIGPIPE kills a Go program on the spot.
var (
	interrupts = append([]os.Signal{os.Interrupt}, hangUps...)
	hangUps    = []os.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE}
)

// untilServerEnds returns the context that ends with what ends a server.
func untilServerEnds() context.Context {
	if runtime.GOOS != "windows" {
		return notify(interrupts...)
	}
	// There ^C goes to the program and to dlvx; it is meant for the program.
	return untilTerminalEnds()
}

// untilTerminalEnds returns the context that ends with what ends the terminal
// for good. An interrupt does not: Delve halts the program then, once its
// terminal is there, and before that nobody does anything.
func untilTerminalEnds() context.Context {
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	return notify(hangUps...)
}

// exit reports an error and ends dlvx with a status: that of an error where
// there is one, by shells' rules where it was a signal.
func exit(status int, err error) {
	var sig signalError
	var compiler *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &sig):
		status = 1
		if n, ok := sig.Signal.(syscall.Signal); ok {
			status = 128 + int(n)
		}
	case errors.Is(err, syscall.EPIPE): // nobody reads what is printed any more
		status = 128 + int(syscall.SIGPIPE)
	default:
		if !errors.As(err, &compiler) { // the go command has spoken for itself
			fmt.Fprintf(os.Stderr, "dlvx: %v\n", err)
		}
		if status == 0 {
			status = 1
		}
	}
	os.Exit(status)
}

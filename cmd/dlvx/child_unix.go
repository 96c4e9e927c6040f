//go:build unix

package main

import (
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const isWindows = 0

// passSignals passes the signals that dlvx gets on to a process, until end is
// called. What a terminal sends goes to all processes in its foreground, the
// process among them: it is not to get it twice.
func passSignals(p *os.Process) (end func()) {
	signals := []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2}
	ch := make(chan os.Signal, 16)
	done := make(chan struct{})
	signal.Notify(ch, signals...)
	go func() {
		for {
			select {
			case s := <-ch:
				if (s == syscall.SIGINT || s == syscall.SIGQUIT) && inForeground() {
					continue
				}
				p.Signal(s) // one that has ended needs none
			case <-done:
				return
			}
		}
	}()
	// They stay caught: none can kill dlvx while it writes the report.
	return func() { close(done) }
}

// inForeground tells whether this process is in the foreground of its terminal.
func inForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// statusOf returns the exit status that a shell would see.
func statusOf(s *os.ProcessState) int {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return s.ExitCode()
}

// signalNumber returns the number of a signal, named with or without its SIG; 0:
// there is none of that name.
func signalNumber(name string) int {
	name = strings.ToUpper(name)
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	return int(unix.SignalNum(name))
}

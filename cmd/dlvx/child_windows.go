package main

import (
	"os"
	"os/signal"
)

const isWindows = 1

// passSignals keeps ^C from ending dlvx until end is called: it goes to all
// processes of a console, the given one among them.
func passSignals(*os.Process) (end func()) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt)
	return func() {}
}

// statusOf returns the exit status of a process.
func statusOf(s *os.ProcessState) int { return s.ExitCode() }

// signalNumber takes any name: there are no such signals here, and no mode that
// would use them.
func signalNumber(string) int { return 1 }

//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"

	"github.com/dlvx/dlvx/debugmode"
	"golang.org/x/sys/unix"
)

// execTest turns this process into a test binary that writes its records to the
// socket: so signals, and what go test does to a test that hangs, are its own.
func execTest(args []string) (status int, err error) {
	if len(args) < 3 {
		return 1, errors.New(gotestExec + " is run by dlvx gotest, as go test's -exec")
	}
	settings, err := debugmode.ParseSettings(args[0])
	if err != nil {
		return 1, err
	}
	path, err := exec.LookPath(args[2])
	if err != nil {
		return 1, fmt.Errorf("starting the tests: %w", err)
	}
	records, err := reach(args[1])
	if err != nil {
		return 1, fmt.Errorf("reaching dlvx gotest: %w", err)
	}
	env := append(os.Environ(), settings.Variable(records))
	return 1, fmt.Errorf("starting %s: %w", path, unix.Exec(path, args[2:], env))
}

// reach connects to the socket, says which tests this process runs, and returns
// a file descriptor that is left to what this process executes.
func reach(socket string) (fd int, err error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return 0, err
	}
	dir, err := os.Getwd() // go test runs tests in the folder of their package
	if err != nil {
		dir = "?"
	}
	if _, err := io.WriteString(conn, dir+"\n"); err != nil {
		return 0, err
	}
	file, err := conn.(*net.UnixConn).File()
	if err != nil {
		return 0, err
	}
	return unix.FcntlInt(file.Fd(), unix.F_DUPFD, 3)
}

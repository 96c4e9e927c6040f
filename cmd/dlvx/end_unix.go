//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// outputGone tells whether nobody reads the standard output, or the standard
// error, any more.
func outputGone() bool {
	fds := []unix.PollFd{{Fd: int32(os.Stdout.Fd())}, {Fd: int32(os.Stderr.Fd())}}
	if _, err := unix.Poll(fds, 0); err != nil {
		return true
	}
	for _, fd := range fds {
		if fd.Revents&(unix.POLLERR|unix.POLLHUP) != 0 { // told without being asked for
			return true
		}
	}
	return false
}

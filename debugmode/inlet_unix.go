//go:build unix

package debugmode

import (
	"os"

	"golang.org/x/sys/unix"
)

// inheritable returns a copy of a file's descriptor that children inherit, out
// of the way of those that they are given.
func inheritable(f *os.File) (fd int, closeFD func() error, err error) {
	fd, err = unix.FcntlInt(f.Fd(), unix.F_DUPFD, 100)
	if err != nil {
		return 0, nil, os.NewSyscallError("fcntl", err)
	}
	return fd, func() error { return unix.Close(fd) }, nil
}

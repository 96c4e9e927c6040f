//go:build unix

package debugmode

import (
	"os"
	"syscall"
)

// inheritable returns a copy of a file's descriptor that children inherit. It is
// above those of the standard files, the only ones that a debugger gives them.
func inheritable(f *os.File) (fd int, closeFD func() error, err error) {
	fd, err = syscall.Dup(int(f.Fd()))
	if err != nil {
		return 0, nil, os.NewSyscallError("dup", err)
	}
	return fd, func() error { return syscall.Close(fd) }, nil
}

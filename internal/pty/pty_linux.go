package pty

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Open makes a terminal of so many columns and lines (pty(7), ioctl_tty(2)).
func Open(width, height int) (*Terminal, error) {
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	near, err := other(far)
	if err != nil {
		far.Close()
		return nil, err
	}
	t := &Terminal{far, near}
	return t, t.Resize(width, height)
}

func other(far *os.File) (*os.File, error) {
	if err := unix.IoctlSetPointerInt(int(far.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		return nil, fmt.Errorf("unlocking a pseudo-terminal: %w", err)
	}
	n, err := unix.IoctlGetInt(int(far.Fd()), unix.TIOCGPTN)
	if err != nil {
		return nil, fmt.Errorf("numbering a pseudo-terminal: %w", err)
	}
	return os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
}

// Resize makes it another size.
func (t *Terminal) Resize(width, height int) error {
	size := unix.Winsize{Col: uint16(width), Row: uint16(height)}
	if err := unix.IoctlSetWinsize(int(t.Far.Fd()), unix.TIOCSWINSZ, &size); err != nil {
		return fmt.Errorf("sizing a pseudo-terminal: %w", err)
	}
	return nil
}

// Mode returns how it treats what is typed and shown (termios(3)).
func (t *Terminal) Mode() (unix.Termios, error) {
	m, err := unix.IoctlGetTermios(int(t.Near.Fd()), unix.TCGETS)
	if err != nil {
		return unix.Termios{}, fmt.Errorf("reading a pseudo-terminal's mode: %w", err)
	}
	return *m, nil
}

// Package pty makes pseudo-terminals, for tests of what runs in a terminal. It
// works on Linux; it runs no goroutines.
package pty

import "os"

// A Terminal is a pseudo-terminal: what is written to Far is typed by the user,
// and what is read from it is what the program shows. Near is the program's.
type Terminal struct {
	Far, Near *os.File
}

// Close closes both sides.
func (t *Terminal) Close() {
	t.Near.Close()
	t.Far.Close()
}

//go:build !windows

package screen

import (
	"os"
	"os/signal"
	"syscall"
)

func notifyResized(ch chan os.Signal) { signal.Notify(ch, syscall.SIGWINCH) }

// prepare has nothing to do: terminals know escape sequences.
func prepare(*os.File) error { return nil }

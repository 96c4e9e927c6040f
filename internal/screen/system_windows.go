package screen

import (
	"os"

	"golang.org/x/sys/windows"
)

// notifyResized has nobody to ask: the size is seen with the next text.
func notifyResized(chan os.Signal) {}

// prepare makes the console understand escape sequences.
func prepare(out *os.File) error {
	h := windows.Handle(out.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(h, &mode); err != nil {
		return err
	}
	return windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
}

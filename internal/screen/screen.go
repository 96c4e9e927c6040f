// Package screen shows lines of text on the whole of a terminal, and reads keys.
//
// It starts one goroutine, which reads keys until the process ends, and on Unix
// one more that is told of new sizes. It knows nothing of what is shown.
package screen

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// A Screen is a terminal that shows one text at a time.
type Screen struct {
	in, out *os.File
	before  *term.State
	keys    chan Key
	resized chan os.Signal
}

// Escape sequences of xterm and all that follow it (ctlseqs, "DEC Private Mode
// Set"): the alternate screen, without a cursor, on which long lines are cut.
const (
	enter = "\x1b[?1049h\x1b[?25l\x1b[?7l"
	leave = "\x1b[?7h\x1b[?25h\x1b[?1049l"
)

// IsTerminal tells whether both files are a terminal.
func IsTerminal(in, out *os.File) bool {
	return term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

// Width returns how many columns a file has that is a terminal, else 0.
func Width(out *os.File) int {
	width, _, err := term.GetSize(int(out.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// Open takes a terminal over. Close has to be called, whatever happens.
func Open(in, out *os.File) (*Screen, error) {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, fmt.Errorf("setting up the terminal: %w", err)
	}
	s := &Screen{in: in, out: out, before: before, keys: make(chan Key), resized: make(chan os.Signal, 1)}
	err = prepare(out)
	if err == nil {
		_, err = out.WriteString(enter)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("setting up the terminal: %w", err)
	}
	notifyResized(s.resized)
	go readKeys(bufio.NewReader(in), s.keys)
	return s, nil
}

// Close gives the terminal back as it was. It may be called more than once.
func (s *Screen) Close() {
	if s.before == nil {
		return
	}
	// Of a terminal that has gone away nothing has to be restored.
	_, _ = s.out.WriteString(leave)
	_ = term.Restore(int(s.in.Fd()), s.before)
	s.before = nil
}

// Keys returns the keys that are pressed. The channel is closed where there can
// be no more.
func (s *Screen) Keys() <-chan Key { return s.keys }

// Resized tells, where the system does, that the size is another.
func (s *Screen) Resized() <-chan os.Signal { return s.resized }

// Size returns the columns and lines that there are.
func (s *Screen) Size() (width, height int) {
	width, height, err := term.GetSize(int(s.out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}

// Draw shows lines, in place of what was there.
func (s *Screen) Draw(lines []string) error {
	const home, restOfLine, restOfScreen = "\x1b[H", "\x1b[K", "\x1b[J"
	_, err := s.out.WriteString(home + strings.Join(lines, restOfLine+"\r\n") + restOfLine + restOfScreen)
	if err != nil {
		return fmt.Errorf("writing to the terminal: %w", err)
	}
	return nil
}

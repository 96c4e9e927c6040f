package debugmode

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"io"
)

// A stopLine ends the records of one run of a program. It is written by this
// process once the program has ended: children of that may still hold the file
// descriptor open. Nobody else knows it.
type stopLine string

func newStopLine() stopLine { return stopLine("stop " + rand.Text() + "\n") }

// write writes the line behind whatever a process that was killed has left.
func (s stopLine) write(w io.Writer) error {
	_, err := io.WriteString(w, "\n"+string(s))
	return err
}

// A run reads the lines that stand before the next stop line.
type run struct {
	lines   *bufio.Reader
	stop    stopLine
	rest    []byte // of a line that has been read; valid until the next
	inLine  bool   // what comes next is no beginning of a line
	stopped bool   // the stop line has been read
}

func (r *run) Read(b []byte) (int, error) {
	if len(r.rest) == 0 && !r.stopped {
		line, err := r.lines.ReadSlice('\n')
		switch {
		case !r.inLine && bytes.Equal(line, []byte(r.stop)):
			r.stopped = true
		case len(line) == 0:
			return 0, err
		default: // an error comes again
			r.rest, r.inLine = line, line[len(line)-1] != '\n'
		}
	}
	if r.stopped {
		return 0, io.EOF
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

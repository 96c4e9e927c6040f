package delve

import (
	"bytes"
	"io"
	"regexp"
	"strings"
)

// separate returns the writer for a terminal's output that gives the lines
// which stitchClient put into the names of functions a line of their own:
//
//	2  0x0000000000497b2f in main.start  ── created by goroutine 7 (exited)
//
// becomes
//
//	── created by goroutine 7 (exited)
//	2  0x0000000000497b2f in main.start
//
// Delve's terminal writes each line of a stack whole, in one Write or among
// others; everything else passes through as it comes, without delay.
func separate(w io.Writer) io.Writer { return &separator{w: w} }

type separator struct {
	w      io.Writer
	below  []byte // to be written after the next line, which is the frame's position
	paging func() // called when the terminal has started a pager; may be nil

	listing func() bool // tells whether ^C is meant for a listing; may be nil
}

// haltNotice is what Delve's terminal writes when it halts the program at ^C.
const haltNotice = "received SIGINT, stopping process (will not forward signal)\n"

// pagerNotice is what Delve's terminal writes once it has started a pager.
const pagerNotice = "Sending output to pager...\n"

// frameLine is the first line of a frame as api.PrintStack writes it, with
// the indentation and the mark with what follows it. Numbers are padded by
// spaces.
var frameLine = regexp.MustCompile(`^(\t*) *\d+  0x[0-9a-f]{16} in .*?(` + mark + `.*?)(?:\x1b\[0m)?\n$`)

// noOffsets is what api.PrintStack writes, where offsets are asked for, of
// frames that are not on the stack.
var noOffsets = regexp.MustCompile(`^\s*frame: \+0x0 frame pointer \+0x0\n$`)

func (s *separator) Write(p []byte) (int, error) {
	if s.paging != nil && string(p) == pagerNotice {
		s.paging()
		s.below = nil // the pager begins with the output's first line
	}
	if s.listing != nil && string(p) == haltNotice && s.listing() {
		return len(p), nil // it does not
	}
	var out []byte
	for line := range bytes.Lines(p) {
		out = s.line(out, line)
	}
	if len(out) == 0 && len(p) > 0 {
		return len(p), nil // left out
	}
	if _, err := s.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// line appends to out what becomes of a line.
func (s *separator) line(out, line []byte) []byte {
	m := frameLine.FindSubmatchIndex(line)
	if m == nil {
		if !noOffsets.Match(line) {
			out = append(out, line...)
		}
		out = append(out, s.below...)
		s.below = nil
		return out
	}
	indent := string(line[m[2]:m[3]])
	begin, end := "", "\n"
	if bytes.IndexByte(line, '\x1b') >= 0 {
		begin, end = "\x1b[2m", "\x1b[0m\n" // dim, where there are colours
	}
	notes := strings.Split(string(line[m[4]:m[5]]), mark)[1:]
	above := len(notes)
	for above > 0 && strings.HasPrefix(notes[above-1], "...") {
		above--
	}
	for i, note := range notes {
		text := indent + begin + rule(note) + note + end
		if i < above {
			out = append(out, text...)
		} else {
			s.below = append(s.below, text...)
		}
	}
	out = append(out, line[:m[4]]...)
	return append(out, line[m[5]:]...)
}

// rule is what a separator line begins with, unless it has dots of its own.
func rule(line string) string {
	if strings.HasPrefix(line, "...") {
		return ""
	}
	return "── "
}

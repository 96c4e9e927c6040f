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
// Delve's terminal writes each line of a stack by one Write; everything else
// passes through as it comes, without delay.
func separate(w io.Writer) io.Writer { return &separator{w: w} }

type separator struct {
	w     io.Writer
	below []byte // to be written after the next line, which is the frame's position
}

// frameLine is the first line of a frame as api.PrintStack writes it, with
// the indentation and the mark with what follows it.
var frameLine = regexp.MustCompile(`^(\s*)\d+  0x[0-9a-f]{16} in .*?(` + mark + `.*?)(?:\x1b\[0m)?\n$`)

func (s *separator) Write(p []byte) (int, error) {
	m := frameLine.FindSubmatchIndex(p)
	if m == nil {
		if s.below == nil {
			return s.w.Write(p)
		}
		out := append(bytes.Clone(p), s.below...)
		s.below = nil
		return writeAll(s.w, out, len(p))
	}
	indent := string(p[m[2]:m[3]])
	begin, end := "", "\n"
	if bytes.IndexByte(p, '\x1b') >= 0 {
		begin, end = "\x1b[2m", "\x1b[0m\n" // dim, where there are colours
	}
	lines := strings.Split(string(p[m[4]:m[5]]), mark)[1:]
	above := len(lines)
	for above > 0 && strings.HasPrefix(lines[above-1], "...") {
		above--
	}
	var out []byte
	for i, line := range lines {
		text := indent + begin + rule(line) + line + end
		if i < above {
			out = append(out, text...)
		} else {
			s.below = append(s.below, text...)
		}
	}
	out = append(out, p[:m[4]]...)
	out = append(out, p[m[5]:]...)
	return writeAll(s.w, out, len(p))
}

// rule is what a separator line begins with, unless it has dots of its own.
func rule(line string) string {
	if strings.HasPrefix(line, "...") {
		return ""
	}
	return "── "
}

// writeAll writes p in the place of n bytes.
func writeAll(w io.Writer, p []byte, n int) (int, error) {
	if _, err := w.Write(p); err != nil {
		return 0, err
	}
	return n, nil
}

// Package render writes logical stacks, and groups, trees and lists of
// goroutines, for people (text) and for programs (JSON).
//
// It decides how things look, not what they are: what a separator says comes
// from package stitch. It runs no goroutines.
package render

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// A Style says how text looks.
type Style struct {
	Path  func(file string) string // how a path is shown; nil: as it is
	Dir   string                   // paths below it are shown from here on; "": all are shown whole
	Color bool                     // with ANSI escapes
	Depth int                      // how many levels of a tree are shown below its roots, at most 100; 0: as many
	Width int                      // of the terminal, in columns: tables and trees are made to fit; 0: they are as wide as they get
	Brief bool                     // groups that wait are shown without the calls of the runtime in which they do, which their state tells

	brevity int // how much paths and names are shortened
}

// How much is left out.
const (
	lastElements = 1 + iota // of a path but its last two elements
	baseName                // of a path but the last
	briefest                // of a function's name the directories of its package
)

const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	reset = "\x1b[0m"
)

// Text writes a logical stack:
//
//	goroutine 21 [running]:
//	main.worker
//	    ./main.go:24
//	── created by goroutine 7 (exited)
//	main.start
//	    ./main.go:17
func Text(w io.Writer, s stitch.Stack, style Style) error {
	head := ""
	if len(s.Segments) > 0 {
		own := s.Segments[0]
		head = fmt.Sprintf("goroutine %d:", own.Goroutine)
		if own.State != nil {
			head = fmt.Sprintf("goroutine %d [%s]:", own.Goroutine, stateWord(own))
		}
	}
	return text(w, head, s, style)
}

// text writes a logical stack under a line of its own.
func text(w io.Writer, head string, s stitch.Stack, style Style) error {
	b := bufio.NewWriter(w)
	line := func(escape, text string) { b.WriteString(style.colored(escape, text) + "\n") }
	for i, seg := range s.Segments {
		if i == 0 {
			line("", head)
		} else {
			line(dim, "── "+seg.Separator())
		}
		for _, f := range seg.Frames {
			name := stitch.TracebackFunc(f.Func)
			if name == "" {
				name = "?"
			}
			line(bold, name)
			if f.File != "" {
				line("", fmt.Sprintf("    %s:%d", style.path(f.File), f.Line))
			}
		}
		for _, note := range seg.Notes() {
			line(dim, note)
		}
	}
	return b.Flush()
}

// colored returns text with an escape before it, if there are to be any.
func (s Style) colored(escape, text string) string {
	if !s.Color || escape == "" {
		return text
	}
	return escape + text + reset
}

// path shortens a path: below the style's folder to "./main.go", else by the
// style's brevity.
func (s Style) path(file string) string {
	if s.Path != nil {
		file = s.Path(file)
	}
	if s.Dir != "" {
		rel, err := filepath.Rel(s.Dir, file)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			file = "." + string(filepath.Separator) + rel
		}
	}
	elements := strings.FieldsFunc(file, func(r rune) bool { return r == '/' || r == '\\' })
	switch n := len(elements); {
	case s.brevity >= baseName && n > 0:
		return elements[n-1]
	case s.brevity == lastElements && n > 3:
		return "…/" + elements[n-2] + "/" + elements[n-1]
	}
	return file
}

// fn shortens the name of a function by the style's brevity.
func (s Style) fn(name string) string {
	name = stitch.TracebackFunc(name)
	if s.brevity >= briefest {
		return stitch.ShortFunc(name)
	}
	return name
}

package render

import (
	"strconv"

	"github.com/dlvx/dlvx/stitch"
)

// Place returns where a frame is: "./main.go:24".
func (s Style) Place(f stitch.Frame) string { return s.path(f.File) + ":" + strconv.Itoa(f.Line) }

// Bold and Dim return text so, where the style has colours.
func (s Style) Bold(text string) string { return s.colored(bold, text) }
func (s Style) Dim(text string) string  { return s.colored(dim, text) }

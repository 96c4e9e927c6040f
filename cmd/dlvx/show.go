package main

import (
	"io"
	"os"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/internal/screen"
	"github.com/dlvx/dlvx/stitch"
)

// A shower writes what the commands of Delve's terminal show to the user's.
type shower struct{}

func (shower) Stack(w io.Writer, s stitch.Stack) error {
	return render.Text(w, s, styleFor(os.Stdout))
}

func (shower) Goroutines(w io.Writer, l delve.Listed) error {
	return render.Line(w, l.Group, l.Selected, l.Thread, plain())
}

func (shower) Stacks(w io.Writer, l delve.Listed) error { return render.Group(w, l.Group, plain()) }

func (shower) Tree(w io.Writer, top *stitch.Node, depth int) error {
	style := plain()
	style.Depth = depth
	style.Width = screen.Width(os.Stdout)
	return render.Tree(w, top, style)
}

func (shower) Labels(w io.Writer, l stitch.Labels) error {
	return render.Labels(w, l, plain())
}

// plain is the style of what may come to be shown by a pager, which need not know
// colours.
func plain() render.Style {
	style := styleFor(os.Stdout)
	style.Color = false
	return style
}

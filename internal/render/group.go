package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// fewMembers is how many goroutines of a group are named.
const fewMembers = 20

// Group writes goroutines with equal logical stacks: that of one as [Text], that
// of several under a line that counts and names them:
//
//	4,812 goroutines · chan receive, longest 12m03s: 18 19 20 ...
func Group(w io.Writer, g stitch.Group, style Style) error {
	stack := g.Stack()
	if own := &stack.Segments[0]; style.Brief && waits(g) {
		own.Frames = withoutParking(own.Frames)
	}
	if len(g.Goroutines) == 1 {
		return Text(w, stack, style)
	}
	head := fmt.Sprintf("%s goroutines · %s:%s", Count(len(g.Goroutines)), states(g.Tally), members(g, fewMembers))
	return text(w, head, stack, style)
}

func waits(g stitch.Group) bool {
	status := g.Goroutines[0].State.Status
	return status == "waiting" || status == "leaked"
}

// withoutParking returns a stack without the calls of the runtime on top of it, as
// Go's own tracebacks show it. Of the runtime's own goroutines the outermost call is
// left.
func withoutParking(frames []stitch.Frame) []stitch.Frame {
	for len(frames) > 1 && stitch.Package(frames[0].Func) == "runtime" {
		frames = frames[1:]
	}
	return frames
}

// members writes the ids of a group, if they are not too many: " 18 19 20 ...".
func members(g stitch.Group, most int) string {
	var b strings.Builder
	for i, member := range g.Goroutines {
		if i == most {
			b.WriteString(" ...")
			break
		}
		fmt.Fprintf(&b, " %d", member.ID)
	}
	return b.String()
}

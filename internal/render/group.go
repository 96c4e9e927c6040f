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
	if len(g.Goroutines) == 1 {
		return Text(w, g.Stack(), style)
	}
	var head strings.Builder
	fmt.Fprintf(&head, "%s goroutines · %s:", Count(len(g.Goroutines)), states(g.Tally))
	for i, member := range g.Goroutines {
		if i == fewMembers {
			head.WriteString(" ...")
			break
		}
		fmt.Fprintf(&head, " %d", member.ID)
	}
	return text(w, head.String(), g.Stack(), style)
}

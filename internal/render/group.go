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
	head := fmt.Sprintf("%s goroutines · %s:%s", Count(len(g.Goroutines)), states(g.Tally), members(g, fewMembers))
	return text(w, head, g.Stack(), style)
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

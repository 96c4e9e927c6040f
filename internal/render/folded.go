package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// Folded writes groups of goroutines as flame graph tools read stacks: a line
// for each, outermost call first, and how many goroutines are in it:
//
//	main.main;main.start;main.worker;runtime.gopark 12
func Folded(w io.Writer, groups []stitch.Group) error {
	counts := map[string]int{}
	for _, g := range groups {
		var names []string
		for _, f := range frames(g) {
			// Tools take these for the ends of a name, and of the stack.
			names = append(names, strings.NewReplacer(";", ",", " ", "_", "\n", "_").Replace(nameOf(f)))
		}
		if len(names) == 0 {
			names = []string{"?"}
		}
		slices.Reverse(names)
		counts[strings.Join(names, ";")] += g.Alive
	}
	lines := make([]string, 0, len(counts))
	for stack, n := range counts {
		lines = append(lines, fmt.Sprintf("%s %d\n", stack, n))
	}
	slices.Sort(lines)
	b := bufio.NewWriter(w)
	for _, line := range lines {
		b.WriteString(line)
	}
	return b.Flush()
}

// frames returns all calls of a group's logical stack, innermost first. That of
// the first goroutine begins as those of the others do, in main.main.
func frames(g stitch.Group) (all []stitch.Frame) {
	for _, seg := range g.Stack().Segments {
		all = append(all, seg.Frames...)
	}
	for n := len(all); n > 1 && (all[n-1].Func == "runtime.main" || all[n-1].Func == "runtime.goexit"); n-- {
		all = all[:n-1]
	}
	return all
}

func nameOf(f stitch.Frame) string {
	if f.Func == "" {
		return "?"
	}
	return f.Func
}

package render

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dlvx/dlvx/stitch"
)

// Bounds of a tree on the screen.
const (
	maxTreeDepth = 100
	fewStates    = 3 // how many states a line tells
)

// Tree writes a spawn tree, a line for each node: what its goroutines run (of a
// helper's, such as sync.WaitGroup.Go, what that was given), how many of them
// live, what they are doing, and where they were started. With a Width, lines that
// are longer have their paths and names shortened.
//
//	main.main [sync.WaitGroup.Wait 2m00s]
//	├─ main.serve [IO wait] ./main.go:31
//	│  └─ main.conn ×4,812 [chan receive ×4,800, running ×12, longest 12m03s] ./main.go:44
//	├─ main.hash.func1 ×8 [select] /go/src/sync/waitgroup.go:238 from main.hash ./main.go:43
//	└─ main.load (exited) ./main.go:32
//	   └─ main.read [select] ./load.go:9
//	package initialisation
//	└─ example.com/pool.reap [sleep] ./pool/pool.go:17
func Tree(w io.Writer, top *stitch.Node, style Style) error {
	b := bufio.NewWriter(w)
	for _, root := range top.Children {
		fmt.Fprintln(b, style.nodeLine("", root))
		style.branches(b, root, "", 1)
	}
	return b.Flush()
}

// branches writes the nodes below n, with what stands before their lines.
func (s Style) branches(w *bufio.Writer, n *stitch.Node, indent string, depth int) {
	if most := min(cmp.Or(s.Depth, maxTreeDepth), maxTreeDepth); depth > most && len(n.Children) > 0 {
		fmt.Fprintf(w, "%s└─ ... %s further below\n", indent, Plural(n.Subtree.Alive-n.Own.Alive, "goroutine"))
		return
	}
	for i, c := range n.Children {
		fork, bar := "├─ ", "│  "
		if i == len(n.Children)-1 {
			fork, bar = "└─ ", "   "
		}
		fmt.Fprintln(w, s.nodeLine(indent+fork, c))
		s.branches(w, c, indent+bar, depth+1)
	}
}

// nodeLine returns the line of a node, with what stands before it.
func (s Style) nodeLine(before string, n *stitch.Node) string {
	plain := s
	plain.Color = false
	for s.Width > 0 && plain.brevity < briefest && utf8.RuneCountInString(before+plain.node(n)) > s.Width {
		plain.brevity++
	}
	s.brevity = plain.brevity
	return s.colored(dim, before) + s.node(n)
}

func (s Style) node(n *stitch.Node) string {
	line := s.colored(bold, cmp.Or(n.Root.Text(), s.fn(n.Runs()), "?"))
	if n.Own.Alive > 1 {
		line += " ×" + Count(n.Own.Alive)
	}
	switch {
	case n.Own.Alive > 0:
		line += " [" + states(n.Own) + "]"
	case n.Root == "":
		line += " (exited)"
	}
	if at := n.Site(); at.File != "" {
		line += s.colored(dim, fmt.Sprintf(" %s:%d", s.path(at.File), at.Line))
	}
	if n.From.Func != "" {
		line += s.colored(dim, " from "+s.position(n.From))
	}
	return line
}

// states tells what goroutines are doing, most frequent first.
func states(t stitch.Tally) string {
	words := make([]string, 0, len(t.States))
	for word := range t.States {
		words = append(words, word)
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.States[b], t.States[a]), cmp.Compare(a, b))
	})
	var parts []string
	for i, word := range words {
		if i == fewStates {
			parts = append(parts, "...")
			break
		}
		if len(words) > 1 {
			word += " ×" + Count(t.States[word])
		}
		parts = append(parts, word)
	}
	text := strings.Join(parts, ", ")
	switch longest := wait(t.Longest); {
	case longest == "":
	case t.Alive == 1:
		text += " " + longest
	default:
		text += ", longest " + longest
	}
	return text
}

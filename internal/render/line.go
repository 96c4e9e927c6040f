package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// fewInLine is how many goroutines of a group are named where it has one line.
const fewInLine = 8

// Line writes one goroutine, or several that are alike, in one line as Delve's
// terminal does (the third of these is that of three goroutines):
//
//   - Goroutine 18 - User: ./main.go:24 main.worker (0x4867dd) (thread 4711) [running] created by goroutine 7 at ./main.go:17
//     Goroutine 1 - User: ./main.go:50 main.main (0x486d11) [sync.WaitGroup.Wait 12s]
//     ×3 - User: ./main.go:24 main.take (0x4867c1) [select, longest 12m03s] created at ./main.go:17: 19 20 21
//
// The star is for the selected one. thread is the number of the operating
// system's thread that it is on; 0: none.
func Line(w io.Writer, g stitch.Group, selected bool, thread int, style Style) error {
	first := g.Goroutines[0]
	mark, name := "  ", fmt.Sprintf("Goroutine %d", first.ID)
	if selected {
		mark = "* "
	}
	if g.Alive > 1 {
		name = "×" + Count(g.Alive)
	}
	parts := []string{mark + style.colored(bold, name), "- User:"}
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	at := first.State.At
	if at.File != "" {
		add("%s:%d", style.path(at.File), at.Line)
	}
	if at.Func != "" {
		add("%s (%#x)", at.Func, at.PC)
	}
	if thread != 0 {
		add("(thread %d)", thread)
	}
	add("[%s]", states(g.Tally))
	site := madeAt(first)
	switch by := style.creation(first); {
	case by == "":
	case g.Alive == 1 && first.Spawner() != 0:
		add("%s", style.colored(dim, "created by "+by))
	case site.File != "":
		add("%s", style.colored(dim, fmt.Sprintf("created at %s:%d", style.path(site.File), site.Line)))
	}
	line := strings.Join(parts, " ")
	if g.Alive > 1 {
		line += ":" + members(g, fewInLine)
	}
	_, err := io.WriteString(w, line+"\n")
	return err
}

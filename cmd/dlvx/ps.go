package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/internal/screen"
	"github.com/dlvx/dlvx/stitch"
	"github.com/spf13/cobra"
)

// orders are what dlvx ps --sort takes. Equal goroutines keep the order of Rank.
var orders = map[string]func(a, b *stitch.Goroutine) int{
	"stuck":   func(a, b *stitch.Goroutine) int { return 0 },
	"id":      func(a, b *stitch.Goroutine) int { return cmp.Compare(a.ID, b.ID) },
	"state":   func(a, b *stitch.Goroutine) int { return cmp.Compare(a.State.Word(), b.State.Word()) },
	"wait":    func(a, b *stitch.Goroutine) int { return cmp.Compare(b.State.For, a.State.For) },
	"func":    func(a, b *stitch.Goroutine) int { return cmp.Compare(a.State.At.Func, b.State.At.Func) },
	"site":    func(a, b *stitch.Goroutine) int { return compareSites(a.Site(), b.Site()) },
	"spawner": func(a, b *stitch.Goroutine) int { return cmp.Compare(a.Spawner(), b.Spawner()) },
}

func compareSites(a, b stitch.Frame) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
}

func psCommand() *cobra.Command {
	var o outside
	order := "stuck"
	width := terminalWidth
	names := slices.Sorted(maps.Keys(orders))
	words := strings.Join(names, ", ")
	cmd := &cobra.Command{
		Use:   "ps PID | NAME | EXE CORE",
		Short: "List the goroutines of a running program, or of a core file.",
		Long: `Lists the goroutines of a running Go program, a line for each: what they do, for
how long they have been waiting, where they stand, and who made them.

	dlvx ps 4711
	dlvx ps server --sort wait --state "chan receive"` + outsideHelp,
		Args: cobra.RangeArgs(1, 2),
	}
	o.addFlags(cmd, []string{"text", "json"})
	cmd.Flags().StringVar(&order, "sort", order, "the order: "+words)
	completeWords(cmd, "sort", names)
	cmd.Flags().IntVar(&width, "width", width, "make lines fit into so many columns; 0: they are whole; -1: as wide as the terminal, whole where there is none")
	cmd.Run = func(cmd *cobra.Command, args []string) {
		compare, ok := orders[order]
		if !ok {
			exit(1, fmt.Errorf("unknown --sort %q: it is one of %s", order, words))
		}
		if width < terminalWidth {
			exit(1, fmt.Errorf("--width %d: a number from 0 on is expected, or -1", width))
		}
		o.also = (*view).readWaits
		exit(0, o.run(cmd, args, func(v view, gs []stitch.Goroutine) error {
			list := stuckFirst(pointers(gs))
			slices.SortStableFunc(list, compare)
			if o.format == "json" {
				return v.json("goroutines", func(w io.Writer) error { return render.GoroutinesJSON(w, list, v.waits) })
			}
			return o.table(list, v.waits, width)
		}))
	}
	return cmd
}

// terminalWidth is the width that asks for the terminal's.
const terminalWidth = -1

// table prints goroutines, or, from the second look on, which have come and how
// many have gone.
func (o *outside) table(list []*stitch.Goroutine, waits map[int64]*stitch.Wait, width int) error {
	style := styleFor(os.Stdout)
	style.Width = width
	if width == terminalWidth {
		style.Width = screen.Width(os.Stdout)
	}
	fresh, gone := list, 0
	again := o.seen != nil
	if again {
		fresh = slices.DeleteFunc(slices.Clone(list), func(g *stitch.Goroutine) bool { return o.seen[g.ID] })
		gone = len(o.seen) - (len(list) - len(fresh))
		fmt.Printf("+%d -%d\n", len(fresh), gone)
	}
	o.seen = map[int64]bool{}
	for _, g := range list {
		o.seen[g.ID] = true
	}
	if again && len(fresh) == 0 {
		return nil
	}
	return render.WaitTable(os.Stdout, fresh, waits, style)
}

package main

import (
	"fmt"
	"io"
	"os"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
	"github.com/spf13/cobra"
)

// dumpFormats are what -o takes.
var dumpFormats = []string{"text", "json", "folded", "pprof"}

func dumpCommand() *cobra.Command {
	var o outside
	var all bool
	cmd := &cobra.Command{
		Use:   "dump PID | NAME | EXE CORE",
		Short: "Print the logical stacks of all goroutines of a running program, or of a core file.",
		Long: `Prints the logical stack of every goroutine of a running Go program: goroutines
with equal ones together, with how many they are and how long they have been
waiting, those that are stuck first.

	dlvx dump 4711
	dlvx dump server --user --wait 1m
	dlvx dump server -o pprof > goroutines.pb.gz; go tool pprof goroutines.pb.gz
	dlvx dump ./server core.4711

The program is stopped for milliseconds, or not at all with --nonstop, and
nothing of it is changed.` + outsideHelp,
		Args: cobra.RangeArgs(1, 2),
	}
	o.addFlags(cmd, dumpFormats)
	cmd.Flags().BoolVar(&all, "all", false, "each goroutine by itself")
	cmd.Run = func(cmd *cobra.Command, args []string) {
		if o.format == "text" || o.format == "json" {
			o.also = (*view).readWaits
		}
		exit(0, o.run(cmd, args, func(v view, gs []stitch.Goroutine) error { return o.dump(v, gs, all) }))
	}
	return cmd
}

// dump prints goroutines with their stacks.
func (o *outside) dump(v view, gs []stitch.Goroutine, all bool) error {
	var groups []stitch.Group
	if all {
		for _, g := range stuckFirst(pointers(gs)) {
			groups = append(groups, stitch.Groups([]stitch.Goroutine{*g})...)
		}
	} else {
		groups = stitch.Groups(gs)
	}
	switch o.format {
	case "json":
		return v.json("groups", func(w io.Writer) error { return render.GroupsJSON(w, groups, v.waits) })
	case "folded":
		return render.Folded(os.Stdout, groups)
	case "pprof":
		return render.PProf(os.Stdout, groups, v.Time)
	}
	style := styleFor(os.Stdout)
	if err := render.Deadlocks(os.Stdout, v.deadlocks, style); err != nil {
		return err
	}
	if o.before != nil {
		return o.groupChanges(groups)
	}
	o.remember(groups)
	return printGroups(os.Stdout, groups, v, style)
}

func printGroups(w io.Writer, groups []stitch.Group, v view, style render.Style) error {
	for i, g := range groups {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := render.Group(w, g, style); err != nil {
			return err
		}
		if err := render.GroupWait(w, g, v.waits, style); err != nil {
			return err
		}
	}
	return nil
}

// remember notes how many goroutines are in each group.
func (o *outside) remember(groups []stitch.Group) {
	o.before = map[string]int{}
	for _, g := range groups {
		o.before[groupKey(g)] = g.Alive
	}
}

// groupKey tells groups of different looks apart.
func groupKey(g stitch.Group) string {
	s := g.Stack()
	key := g.State()
	for _, seg := range s.Segments {
		key += "\n--"
		for _, f := range seg.Frames {
			key += fmt.Sprintf("\n%s %d", f.Func, f.Line)
		}
	}
	return key
}

// groupChanges prints the groups that are not as large as they were at the last
// look.
func (o *outside) groupChanges(groups []stitch.Group) error {
	for _, g := range groups {
		key := groupKey(g)
		old := o.before[key]
		delete(o.before, key)
		if g.Alive == old {
			continue
		}
		fmt.Printf("\n%+d: ", g.Alive-old)
		if err := render.Group(os.Stdout, g, styleFor(os.Stdout)); err != nil {
			return err
		}
	}
	gone, groupsGone := 0, len(o.before)
	for _, n := range o.before {
		gone += n
	}
	if gone > 0 {
		fmt.Printf("\n-%d: goroutines of %d groups that are gone\n", gone, groupsGone)
	}
	o.remember(groups)
	return nil
}

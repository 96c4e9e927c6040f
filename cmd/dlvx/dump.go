package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
	"github.com/mattn/go-isatty"
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
waiting, those that are stuck first and the runtime's own last, and what they wait
on. Deadlocks that can be proven stand before all else.

	dlvx dump 4711
	dlvx dump server --user --wait 1m
	dlvx dump server -o pprof > goroutines.pb.gz; go tool pprof goroutines.pb.gz
	dlvx dump ./server core.4711

Of goroutines that wait, the runtime's own calls on top of the stack are left out,
as in Go's tracebacks; dlvx where has them, and so have the other formats.

The program is stopped for milliseconds, or not at all with --nonstop, and
nothing of it is changed.` + outsideHelp,
		Args: cobra.RangeArgs(1, 2),
	}
	o.addFlags(cmd, dumpFormats)
	cmd.Flags().BoolVar(&all, "all", false, "each goroutine by itself")
	cmd.Run = func(cmd *cobra.Command, args []string) {
		switch {
		case o.format == "text", o.format == "json":
			o.also = (*view).readWaits
		case o.format == "pprof" && isatty.IsTerminal(os.Stdout.Fd()):
			exit(1, errors.New("a profile is nothing for a terminal: write it to a file (dlvx dump ... -o pprof >now.pprof)"))
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
	style.Brief = true
	if err := render.Deadlocks(os.Stdout, v.deadlocks, style); err != nil {
		return err
	}
	if o.before != nil {
		return o.groupChanges(groups, style)
	}
	o.before = sizes(groups)
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

// groupChanges prints the groups that are not as large as they were at the last
// look.
func (o *outside) groupChanges(groups []stitch.Group, style render.Style) error {
	changes, gone, groupsGone := changesOf(o.before, groups)
	for _, c := range changes {
		fmt.Printf("\n%+d: ", c.by)
		if err := render.Group(os.Stdout, c.group, style); err != nil {
			return err
		}
	}
	if gone > 0 {
		fmt.Printf("\n-%d: goroutines of %d groups that are gone\n", gone, groupsGone)
	}
	o.before = sizes(groups)
	return nil
}

// sizes returns how many goroutines are in each group.
func sizes(groups []stitch.Group) map[stitch.Key]int {
	sizes := map[stitch.Key]int{}
	for _, g := range groups {
		// Groups that differ in nothing but guesses have one key.
		sizes[g.Key()] += g.Alive
	}
	return sizes
}

// A change is a group that has grown, or shrunk.
type change struct {
	group stitch.Group
	by    int
}

// changesOf tells which groups are not as large as they were before, and how many
// goroutines there were in how many groups that are no more.
func changesOf(before map[stitch.Key]int, groups []stitch.Group) (changes []change, gone, groupsGone int) {
	now := sizes(groups)
	told := map[stitch.Key]bool{}
	for _, g := range groups {
		key := g.Key()
		if by := now[key] - before[key]; by != 0 && !told[key] {
			changes = append(changes, change{g, by})
			told[key] = true
		}
	}
	for key, n := range before {
		if now[key] == 0 {
			gone, groupsGone = gone+n, groupsGone+1
		}
	}
	return changes, gone, groupsGone
}

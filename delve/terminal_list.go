package delve

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/service/api"
)

// manyGoroutines is how many are listed one by one, unless each is asked for.
const manyGoroutines = 100

const goroutinesHelp = `

ALL AT ONE LOOK

	goroutines [-t] [-all|-groups] [filter]

Without flags of the above, the goroutines that matter most come first: those that stand at a breakpoint, the selected one, its spawners and what it spawned, those that run, then the others by how long they have been waiting, and the runtime's own last. Where there are more than 100, those whose logical stacks read the same and that wait for the same reason have one line.

	-all	each by itself
	-groups	those that are alike together, however few there are
	-t	their logical stacks

The filter is words that all have to match:

	func:worker		a function with this in its name is on the logical stack
	state:"chan receive"	what it does, or waits for
	label:key=value		a pprof label
	site:main.go:12		the go statement that made it; or its function
	wait:10s		it has been waiting so long, or longer
	id:18			it is goroutine 18
	system:no		without the runtime's own; system:only: only those
	worker			any of the names, states and labels has this in it
	-func:worker		not so

^C stops a listing.`

const treeHelp = `Print the tree of go statements that the goroutines come from.

	tree [-depth n] [filter]

Goroutines that were made the same way are one line, with how many they are and what they do, below that of their spawners, which stands there also when they have exited. The filter is that of the goroutines command; -depth is how many levels are shown.`

// A Listed is a line of a listing: one goroutine, or several that are alike.
type Listed struct {
	stitch.Group
	Selected bool
	Thread   int // the operating system's number of its thread; 0: it is on none
}

// A listing is how the user wants goroutines listed.
type listing struct {
	stacks bool
	groups *bool // nil: by how many there are
	depth  int   // of a tree; 0: all of it
	filter stitch.Filter
	timed  bool // the filter asks how long they have been waiting
}

// delvesFlags are those of dlv's goroutines command, which do not go with ours.
var delvesFlags = []string{"-u", "-r", "-g", "-s", "-l", "-w", "-with", "-wo", "-without", "-group", "-chan", "-exec"}

// parseListing reads the arguments of the goroutines and the tree commands: some
// of the flags, then a filter.
func parseListing(args string, flags ...string) (l listing, err error) {
	for rest := strings.TrimSpace(args); ; {
		word, after, _ := strings.Cut(rest, " ")
		if slices.Contains(delvesFlags, word) {
			return l, fmt.Errorf("%s does not go with the filter, nor with -all, -groups and -depth", word)
		}
		if !slices.Contains(flags, word) {
			l.timed = strings.Contains(rest, "wait:")
			l.filter, err = stitch.ParseFilter(rest)
			if err == nil && !strings.Contains(rest, "system:") {
				l.filter.System = stitch.WithSystem
			}
			return l, err
		}
		rest = strings.TrimSpace(after)
		switch word {
		case "-t":
			l.stacks = true
		case "-all", "-groups":
			groups := word == "-groups"
			l.groups = &groups
		case "-depth":
			number, after, _ := strings.Cut(rest, " ")
			if l.depth, err = strconv.Atoi(number); err != nil || l.depth < 1 {
				return l, fmt.Errorf("-depth %s: a number of levels is expected, from 1 on", number)
			}
			rest = strings.TrimSpace(after)
		}
	}
}

// goroutines is the goroutines command. What Delve's understands is Delve's, but
// for the list without any flags.
func goroutines(c *stitchClient, out io.Writer, show Show, in call) error {
	if _, _, _, _, _, _, _, err := api.ParseGoroutineArgs(in.args); err == nil && strings.TrimSpace(in.args) != "" {
		return in.delve(c.term)
	}
	l, err := parseListing(in.args, "-t", "-all", "-groups")
	if err != nil {
		return err
	}
	return c.long(out, "reading goroutines", func(ctx context.Context, out io.Writer) error {
		all, err := c.all(ctx)
		if err != nil {
			c.log.Info("listing goroutines as Delve does", "why", err)
			if ctx.Err() == nil && in.args == "" {
				return in.delve(c.term) // never less than Delve has
			}
			return err
		}
		chosen := l.filter.Select(all)
		grouped := len(chosen) > manyGoroutines
		if l.groups != nil {
			grouped = *l.groups
		}
		halt, err := c.halt()
		if err != nil {
			return err
		}
		lines := ranked(chosen, halt, grouped)
		for i, line := range lines {
			switch {
			case !l.stacks:
				err = show.Goroutines(out, line)
			default:
				if i > 0 {
					fmt.Fprintln(out)
				}
				err = show.Stacks(out, line)
			}
			if err != nil {
				return err
			}
		}
		if err := l.sayUntimed(out, all); err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, summary(len(lines), len(chosen), len(all)))
		return err
	})
}

// sayUntimed says that a filter has not been answered: how long goroutines have
// been waiting is not known of a Delve elsewhere, nor of what does not run.
func (l listing) sayUntimed(out io.Writer, all []stitch.Goroutine) error {
	if !l.timed || slices.ContainsFunc(all, func(g stitch.Goroutine) bool { return g.State.For > 0 }) {
		return nil
	}
	_, err := fmt.Fprintln(out, "how long goroutines have been waiting is not known here")
	return err
}

// summary is the last line of a listing.
func summary(lines, chosen, all int) string {
	text := fmt.Sprintf("%d goroutines", all)
	if chosen < all {
		text = fmt.Sprintf("%d of %s", chosen, text)
	}
	if lines < chosen {
		text += fmt.Sprintf(" on %d lines; goroutines -all lists each", lines)
	}
	return "[" + text + "]"
}

// ranked puts goroutines in the order in which they are listed.
func ranked(gs []stitch.Goroutine, halt stitch.Halt, grouped bool) []Listed {
	groups := stitch.Groups(gs)
	at := map[int64]*stitch.Goroutine{}
	number := map[int64]int32{}
	overview := stitch.Overview{Halt: halt}
	for i, g := range groups {
		for _, member := range g.Goroutines {
			at[member.ID], number[member.ID] = member, int32(i+1)
			overview.Heads = append(overview.Heads, stitch.Head{
				ID: member.ID, Spawner: member.Spawner(), For: member.State.For, Alike: int32(i + 1),
				Running: member.State.Status == "running", System: member.System,
			})
		}
	}
	picks, _ := overview.Pick(len(gs), grouped)
	single := map[int64]bool{} // shown for what they are
	for _, p := range picks {
		single[p.ID] = p.Count == 1
	}
	lines := make([]Listed, 0, len(picks))
	for _, p := range picks {
		members := []stitch.Goroutine{*at[p.ID]}
		if p.Count > 1 {
			for _, other := range groups[number[p.ID]-1].Goroutines {
				if other.ID != p.ID && !single[other.ID] {
					members = append(members, *other)
				}
			}
		}
		lines = append(lines, Listed{stitch.Groups(members)[0], p.ID == halt.Selected, halt.Threads[p.ID]})
	}
	return lines
}

// tree is the tree command.
func tree(c *stitchClient, out io.Writer, show Show, args string) error {
	l, err := parseListing(args, "-depth")
	if err != nil {
		return err
	}
	return c.long(out, "reading goroutines", func(ctx context.Context, out io.Writer) error {
		all, err := c.all(ctx)
		if err != nil {
			return err
		}
		chosen := l.filter.Select(all)
		if err := show.Tree(out, stitch.Tree(chosen), l.depth); err != nil {
			return err
		}
		if err := l.sayUntimed(out, all); err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, summary(len(chosen), len(chosen), len(all)))
		return err
	})
}

const labelsHelp = `Print what the program has recorded of its go statements.

	labels

Prints how many spawn labels there are, the memory that they take, and what was cut; for each go statement that has been executed how many of its goroutines live, and in how many ways it was reached.`

// labels is the labels command.
func labels(c *stitchClient, out io.Writer, show Show, args string) error {
	if strings.TrimSpace(args) != "" {
		return fmt.Errorf("labels takes no arguments: %q", args)
	}
	return c.long(out, "reading spawn labels", func(ctx context.Context, out io.Writer) error {
		chains, err := c.selectedChains()
		if err != nil {
			return err
		}
		l, err := chains.Labels(ctx)
		if err != nil {
			return err
		}
		return show.Labels(out, l)
	})
}

// all returns all goroutines of the selected process.
func (c *stitchClient) all(ctx context.Context) ([]stitch.Goroutine, error) {
	chains, err := c.selectedChains()
	if err != nil {
		return nil, err
	}
	return chains.Goroutines(ctx)
}

// selectedChains returns what reads the selected process.
func (c *stitchClient) selectedChains() (chains, error) {
	if _, err := c.goroutine(selected); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chains, nil
}

// halt tells at which goroutines the selected process has stopped.
func (c *stitchClient) halt() (stitch.Halt, error) {
	state, err := c.Client.GetState()
	if err != nil {
		return stitch.Halt{}, err
	}
	halt := stitch.Halt{Threads: map[int64]int{}}
	if state.SelectedGoroutine != nil {
		halt.Selected = state.SelectedGoroutine.ID
	}
	targets, err := c.Client.ListTargets()
	several := err == nil && len(targets) > 1
	for _, th := range state.Threads {
		current := state.CurrentThread != nil && th.ID == state.CurrentThread.ID
		if th.GoroutineID == 0 || several && !current {
			continue
		}
		halt.Threads[th.GoroutineID] = th.ID
		if th.Breakpoint != nil {
			halt.Hit = append(halt.Hit, th.GoroutineID)
		}
	}
	return halt, nil
}

package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// Wait writes what a goroutine waits on, and who could wake it:
//
//	waits on: receive from chan main.job 0xc000012345 (0/3), 2 others wait
//	    also waiting there: 19 20 (send)
//	waits for: goroutine 7 (exact): it has the lock, while its sync.Once calls a function
//	perhaps woken by: goroutine 8 (candidate): its stack has the channel (main.produce)
func Wait(w io.Writer, goroutine int64, wait *stitch.Wait, wakers []stitch.Edge, style Style) error {
	if wait == nil {
		return nil
	}
	var b strings.Builder
	b.WriteString("\n" + style.colored(bold, "waits on:") + " ")
	if len(wait.Cases) < 2 {
		b.WriteString(wait.String() + "\n")
	} else {
		fmt.Fprintf(&b, "the first of %d cases of a select\n", len(wait.Cases))
	}
	for _, c := range wait.Cases {
		if len(wait.Cases) > 1 {
			fmt.Fprintf(&b, "    %s\n", c)
		}
		indent := "    "
		if len(wait.Cases) > 1 {
			indent += indent
		}
		others(&b, indent, goroutine, c)
	}
	if wait.Cut {
		b.WriteString("    ... more cases\n")
	}
	exact := 0
	for _, e := range wakers {
		if e.Confidence == stitch.Exact {
			exact++
		}
	}
	for i, e := range wakers { // the exact ones are first
		head := "perhaps woken by:"
		if e.Confidence == stitch.Exact {
			head = "waits for:"
		}
		switch {
		case i >= exact || i < fewMembers:
			fmt.Fprintf(&b, "%s goroutine %d (%s): %s\n", style.colored(bold, head), e.To, e.Confidence, e.Reason)
		case i == fewMembers:
			fmt.Fprintf(&b, "%s %s more (%s)\n", style.colored(bold, head), Count(exact-i), e.Confidence)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// others names those who wait on the same object.
func others(b *strings.Builder, indent string, goroutine int64, c stitch.Case) {
	if c.On == nil || len(c.On.Waiters) < 2 {
		return
	}
	b.WriteString(indent + "also waiting there:")
	n := 0
	for _, other := range c.On.Waiters {
		if other.Goroutine == goroutine {
			continue
		}
		if n == fewMembers {
			b.WriteString(" ...")
			break
		}
		n++
		fmt.Fprintf(b, " %d", other.Goroutine)
		if other.Op != c.Op {
			fmt.Fprintf(b, " (%s)", other.Op)
		}
	}
	b.WriteString("\n")
}

// Deadlocks writes proven deadlocks, each with an empty line behind it:
//
//	deadlock: 2 goroutines wait for each other, and 3 more for them: 5 6 7
//	    goroutine 18 waits for 21: it has the lock while sync.Once calls a function
//	    goroutine 21 waits for 18: ...
func Deadlocks(w io.Writer, all []stitch.Deadlock, style Style) error {
	var b strings.Builder
	for _, d := range all {
		var head strings.Builder
		switch n := len(d.All); n {
		case 1:
			fmt.Fprintf(&head, "deadlock: goroutine %d waits for itself", d.All[0])
		default:
			fmt.Fprintf(&head, "deadlock: %s goroutines wait for each other", Count(n))
		}
		if n := len(d.Stuck); n > 0 {
			what := "it"
			if len(d.All) > 1 {
				what = "them"
			}
			fmt.Fprintf(&head, ", and %s more for %s:%s", Count(n), what, ids(d.Stuck))
		}
		b.WriteString(style.colored(bold, head.String()) + "\n")
		for i, e := range d.Cycle {
			if i == fewMembers {
				fmt.Fprintf(&b, "    ... %s more\n", Count(len(d.Cycle)-i))
				break
			}
			fmt.Fprintf(&b, "    goroutine %d waits for %d: %s\n", e.From, e.To, e.Reason)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// ids writes some of the ids: " 18 19 20 ...".
func ids(all []int64) string {
	var b strings.Builder
	for i, id := range all {
		if i == fewMembers {
			b.WriteString(" ...")
			break
		}
		fmt.Fprintf(&b, " %d", id)
	}
	return b.String()
}

// GroupWait writes what the goroutines of a group wait on, and, where that is one
// thing, for whom they certainly wait; nothing where it is not known of any:
//
//	waits on: receive from chan main.job 0xc000012345 (0/3), 2 others wait
//	wait on 12 different things, such as: lock sync.Mutex 0xc000012345
//	wait on: lock sync.Mutex 0xc000012345, 11 others wait
//	wait for: goroutine 17 (exact): it has the lock, while its log.Logger writes
func GroupWait(w io.Writer, g stitch.Group, waits map[int64]*stitch.Wait, style Style) error {
	var some *stitch.Wait
	things := map[*stitch.Object]bool{}
	for _, member := range g.Goroutines {
		wait := waits[member.ID]
		if wait == nil || wait.Unknown != "" {
			continue
		}
		if some == nil {
			some = wait
		}
		for _, c := range wait.Cases {
			if c.On != nil {
				things[c.On] = true
			}
		}
	}
	if some == nil {
		return nil
	}
	verb := "waits"
	if len(g.Goroutines) > 1 {
		verb = "wait"
	}
	head := verb + " on:"
	if len(g.Goroutines) > 1 && len(things) > len(some.Cases) {
		head = fmt.Sprintf("wait on %s different things, such as:", Count(len(things)))
	}
	if _, err := fmt.Fprintf(w, "%s %s\n", style.colored(dim, head), some); err != nil || len(things) != 1 {
		return err
	}
	edges := slices.DeleteFunc(some.Edges(0), func(e stitch.Edge) bool { return e.Confidence != stitch.Exact })
	if len(edges) == 0 {
		return nil
	}
	head, more := verb+" for:", ""
	if n := len(edges) - 1; n > 0 {
		more = fmt.Sprintf(", and for %s more", Count(n))
	}
	_, err := fmt.Fprintf(w, "%s goroutine %d (exact): %s%s\n", style.colored(dim, head), edges[0].To, edges[0].Reason, more)
	return err
}

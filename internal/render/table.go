package render

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/dlvx/dlvx/stitch"
)

// Table writes goroutines, a line for each, in the order given:
//
//	ID  STATE                BEGAN IN     STANDS AT                CREATED BY
//	1   select 12m03s        main.main    main.main ./main.go:50   -
//	18  chan receive         main.worker  main.take ./main.go:24   goroutine 7 at ./main.go:17
//
// Where any of them has pprof labels, they stand in a last column, LABELS: job=7 user=ann.
func Table(w io.Writer, gs []*stitch.Goroutine, style Style) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(t, strings.Join(cells, "\t")) }
	heads := []string{"ID", "STATE", "BEGAN IN", "STANDS AT", "CREATED BY"}
	labelled := slices.ContainsFunc(gs, func(g *stitch.Goroutine) bool { return len(g.Labels) > 0 })
	if labelled {
		heads = append(heads, "LABELS")
	}
	row(heads...)
	for _, g := range gs {
		state := g.State.Word()
		if d := wait(g.State.For); d != "" {
			state += " " + d
		}
		cells := []string{fmt.Sprint(g.ID), orNone(state), orNone(g.Entry().Func), orNone(style.position(g.State.At)), orNone(style.creation(g))}
		if labelled {
			cells = append(cells, orNone(labels(g)))
		}
		row(cells...)
	}
	return t.Flush()
}

// labels returns a goroutine's pprof labels, in the order of their keys, as one
// cell: what would break the line or the column is quoted.
func labels(g *stitch.Goroutine) string {
	quote := func(s string) string {
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
			return strconv.Quote(s)
		}
		return s
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(g.Labels)) {
		parts = append(parts, quote(k)+"="+quote(g.Labels[k]))
	}
	return strings.Join(parts, " ")
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (s Style) position(f stitch.Frame) string {
	if f.File == "" {
		return f.Func
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s:%d", f.Func, s.path(f.File), f.Line))
}

func (s Style) creation(g *stitch.Goroutine) string {
	var parts []string
	if id := g.Spawner(); id != 0 {
		parts = append(parts, fmt.Sprintf("goroutine %d", id))
	}
	if at := g.Site(); at.File != "" {
		parts = append(parts, fmt.Sprintf("at %s:%d", s.path(at.File), at.Line))
	}
	return strings.Join(parts, " ")
}

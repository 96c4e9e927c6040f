package render

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/dlvx/dlvx/stitch"
)

// Table writes goroutines, a line for each, in the order given:
//
//	ID  STATE                BEGAN IN     STANDS AT                CREATED BY
//	1   select 12m03s        main.main    main.main ./main.go:50   -
//	18  chan receive         main.worker  main.take ./main.go:24   goroutine 7 at ./main.go:17
func Table(w io.Writer, gs []*stitch.Goroutine, style Style) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(t, strings.Join(cells, "\t")) }
	row("ID", "STATE", "BEGAN IN", "STANDS AT", "CREATED BY")
	for _, g := range gs {
		state := g.State.Word()
		if d := wait(g.State.For); d != "" {
			state += " " + d
		}
		row(fmt.Sprint(g.ID), orNone(state), orNone(g.Entry().Func), orNone(style.position(g.State.At)), orNone(style.creation(g)))
	}
	return t.Flush()
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

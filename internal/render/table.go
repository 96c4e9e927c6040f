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
	"unicode/utf8"

	"github.com/dlvx/dlvx/stitch"
)

// Table writes goroutines, a line for each, in the order given:
//
//	ID  STATE                BEGAN IN     STANDS AT                CREATED BY
//	1   select 12m03s        main.main    main.main ./main.go:50   -
//	18  chan receive         main.worker  main.take ./main.go:24   goroutine 7 at ./main.go:17
//
// What a helper made, such as sync.WaitGroup.Go, began in what the helper was given,
// and was created where that was called.
// Where any of them has pprof labels, they stand in a last column, LABELS: job=7 user=ann.
// With a Width, lines are made to fit: first paths are shortened, then names of
// functions, and where a goroutine stands in the function that it began in, the
// name is left out. What is still too long is cut, names and places in front.
func Table(w io.Writer, gs []*stitch.Goroutine, style Style) error {
	return WaitTable(w, gs, nil, style)
}

// WaitTable is Table with a column behind the state, WAITS ON, where it is known
// what any of the goroutines waits on.
func WaitTable(w io.Writer, gs []*stitch.Goroutine, waits map[int64]*stitch.Wait, style Style) error {
	rows := style.rows(gs, waits)
	for style.Width > 0 && style.brevity < briefest && lineWidth(columnWidths(rows)) > style.Width {
		style.brevity++
		rows = style.rows(gs, waits)
	}
	if style.Width > 0 {
		cut(rows, style.Width)
	}
	t := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	for _, cells := range rows {
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	return t.Flush()
}

// columnGap is how many spaces there are between two columns.
const columnGap = 2

// waitColumn is where what a goroutine waits on is shown.
const waitColumn = 2

// rows returns the cells of a table, with its heads.
func (s Style) rows(gs []*stitch.Goroutine, waits map[int64]*stitch.Wait) [][]string {
	heads := []string{"ID", "STATE", "BEGAN IN", "STANDS AT", "CREATED BY"}
	labelled := slices.ContainsFunc(gs, func(g *stitch.Goroutine) bool { return len(g.Labels) > 0 })
	if labelled {
		heads = append(heads, "LABELS")
	}
	waiting := slices.ContainsFunc(gs, func(g *stitch.Goroutine) bool { return waits[g.ID].Short() != "" })
	if waiting {
		heads = slices.Insert(heads, waitColumn, "WAITS ON")
	}
	rows := [][]string{heads}
	for _, g := range gs {
		state := g.State.Word()
		if d := wait(g.State.For); d != "" {
			state += " " + d
		}
		began, at := g.Entry().Func, g.State.At
		if _, given := g.Helper(); given != "" {
			began = given
		}
		if g.System && !g.OwnCut { // all of them stand in runtime.gopark
			at = g.Entry()
		}
		if s.brevity >= briefest && at.Func == began && at.File != "" {
			at.Func = ""
		}
		cells := []string{fmt.Sprint(g.ID), orNone(state), orNone(s.fn(began)), orNone(s.position(at)), orNone(s.creation(g))}
		if labelled {
			cells = append(cells, orNone(labels(g)))
		}
		if waiting {
			cells = slices.Insert(cells, waitColumn, orNone(waits[g.ID].Short()))
		}
		rows = append(rows, cells)
	}
	return rows
}

// columnWidths returns how wide the columns of a table are.
func columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, cells := range rows {
		for i, c := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	return widths
}

// lineWidth returns how wide a line is that has columns of some widths.
func lineWidth(columns []int) int {
	total := columnGap * (len(columns) - 1)
	for _, w := range columns {
		total += w
	}
	return total
}

// cut makes lines fit into a width by cutting the widest columns, but none to
// less than its head.
func cut(rows [][]string, width int) {
	widths := columnWidths(rows)
	for lineWidth(widths) > width {
		widest := -1
		for i, w := range widths {
			if w > len(rows[0][i]) && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	for _, cells := range rows {
		for i, c := range cells {
			r := []rune(c)
			switch left := widths[i] - 1; {
			case len(r) <= widths[i]:
			case slices.Contains(endTells, rows[0][i]):
				cells[i] = "…" + string(r[len(r)-left:])
			default:
				cells[i] = string(r[:left]) + "…"
			}
		}
	}
}

// endTells are the heads of the columns whose cells differ most in what stands
// last: methods, and lines of files.
var endTells = []string{"BEGAN IN", "STANDS AT", "CREATED BY"}

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
		return s.fn(f.Func)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s:%d", s.fn(f.Func), s.path(f.File), f.Line))
}

// madeAt returns the go statement that made a goroutine or, where that is in a
// helper, such as sync.WaitGroup.Go, the call of the helper.
func madeAt(g *stitch.Goroutine) stitch.Frame {
	if call, _ := g.Helper(); call.Func != "" {
		return call
	}
	return g.Site()
}

func (s Style) creation(g *stitch.Goroutine) string {
	var parts []string
	if id := g.Spawner(); id != 0 {
		by := "goroutine "
		if s.brevity >= briefest {
			by = ""
		}
		parts = append(parts, by+fmt.Sprint(id))
	}
	if at := madeAt(g); at.File != "" {
		parts = append(parts, fmt.Sprintf("at %s:%d", s.path(at.File), at.Line))
	}
	return strings.Join(parts, " ")
}

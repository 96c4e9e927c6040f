package top

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
)

// Text attributes, for styles with colours.
const (
	bold    = "\x1b[1m"
	dim     = "\x1b[2m"
	red     = "\x1b[31;1m"
	reverse = "\x1b[7m"
	reset   = "\x1b[0m"
)

// minimum is how wide a view is at least: what is narrower shows its left part.
const minimum = 40

// View returns what is to be seen on a screen of so many columns and lines:
// at most that many lines, the last of them for keys and messages.
func (m *Model) View(width, height int) []string {
	width = max(width, minimum)
	var lines []string
	switch {
	case m.help:
		lines = m.helpLines()
	case m.opened != nil:
		lines = m.openedLines(width, height-1)
	default:
		lines = m.listLines(width, height-1)
	}
	lines = lines[:max(0, min(len(lines), height-1))]
	for len(lines) < height-1 {
		lines = append(lines, "")
	}
	if height > 0 {
		lines = append(lines, m.bottom(width))
	}
	return lines
}

// Frame returns all rows in lines of so many columns; 0: as long as they get.
// There are no keys.
func (m *Model) Frame(width int) []string {
	if width == 0 {
		width = 1 << 16
	}
	lines := m.head(max(width, minimum))
	for _, r := range m.shown {
		lines = append(lines, m.rowLine(r, max(width, minimum)))
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return lines
}

// listLines returns the list of rows, as much of it as there is room for around
// the selected one.
func (m *Model) listLines(width, height int) []string {
	lines := m.head(width)
	m.page = max(1, height-len(lines))
	at := max(0, slices.Index(m.shown, m.selected))
	from := max(0, min(at-m.page/2, len(m.shown)-m.page))
	for _, r := range m.shown[from:min(from+m.page, len(m.shown))] {
		line := fit(m.rowLine(r, width-2), width-2)
		mark, escape := "  ", ""
		if r.alarm() > 0 {
			escape = red
		}
		if r == m.selected {
			mark, escape = "> ", escape+reverse
		}
		lines = append(lines, m.colored(escape, mark+line))
	}
	return lines
}

// head returns the lines above the rows.
func (m *Model) head(width int) []string {
	total, base, running, groups, suspects := 0, 0, 0, 0, 0
	for _, r := range m.rows { // not of what the filter leaves: of the program
		if m.hides(r) {
			continue
		}
		total, base, running = total+r.count, base+r.base, running+r.running
		if r.count > 0 {
			groups++
		}
		if r.suspect() {
			suspects++
		}
	}
	first := fmt.Sprintf("%s · %s", m.options.Title, m.look.Time.Format(time.TimeOnly))
	if m.options.Every > 0 {
		first += fmt.Sprintf(" · every %v", m.options.Every)
	}
	if m.frozen {
		first += " · frozen"
	}
	if m.looks > 1 {
		first += " · growth since " + m.since.Format(time.TimeOnly)
	}
	second := render.Plural(total, "goroutine") + " in " + render.Plural(groups, "group")
	if grown := signed(total - base); grown != "" {
		second += " (" + grown + ")"
	}
	second += fmt.Sprintf(" · %d running", running)
	if suspects > 0 {
		second += " · " + render.Plural(suspects, "suspected leak")
	}
	lines := []string{m.colored(bold, fit(first, width)), fit(second, width)}
	if m.options.Filter != "" {
		chosen := 0
		for _, r := range m.shown {
			chosen += len(r.chosen)
		}
		lines = append(lines, fit(fmt.Sprintf("filter %s: %s in %s", m.options.Filter, render.Plural(chosen, "goroutine"), render.Plural(len(m.shown), "group")), width))
	}
	if m.look.Note != "" {
		lines = append(lines, fit(m.look.Note, width))
	}
	heads := m.columns("COUNT", "GROWTH", "CPU%", "STATE", "STANDS AT ← CREATED BY", width)
	return append(lines, m.colored(dim, heads))
}

func (m *Model) rowLine(r *row, width int) string {
	cpu := ""
	if ran := r.ran(); ran > 0 {
		cpu = fmt.Sprintf("%.0f", 100*ran)
	}
	return m.columns(render.Count(r.count), signed(r.growth()), cpu, r.describeStates(), r.mark()+r.name, width)
}

// mark returns what stands before the name of a row that is suspected to leak.
func (r *row) mark() string {
	switch n := r.leaked(); {
	case n > 0:
		return fmt.Sprintf("LEAKED %s ", render.Count(n))
	case r.suspect():
		return "leak? "
	}
	return ""
}

// columns puts the cells of a row into their columns. What a row is called gets
// what is left.
func (m *Model) columns(count, growth, cpu, state, name string, width int) string {
	states := 16
	switch {
	case width < 56:
		states = 9
	case width >= 150:
		states = 34
	case width >= 78:
		states = 22
	}
	line := strings.Join([]string{fit(count, -7), fit(growth, -7), fit(cpu, -4), fit(state, states)}, " ") + "  "
	return line + cut(name, max(0, width-utf8.RuneCountInString(line)))
}

// openedLines returns the stack of the opened row, and its members.
func (m *Model) openedLines(width, height int) []string {
	r := m.opened
	head := r.mark() + render.Plural(r.count, "goroutine")
	if len(r.chosen) < r.count {
		head += fmt.Sprintf(", %s of them match %s", render.Count(len(r.chosen)), m.options.Filter)
	}
	if g := signed(r.growth()); g != "" {
		head += fmt.Sprintf(" · %s since %s", g, m.since.Format(time.TimeOnly))
	}
	if m.frozen {
		head += " · frozen"
	}
	lines := []string{m.colored(bold, fit(head, width)), fit(r.describeStates(), width), ""}
	if r.count == 0 {
		return append(lines, "All of them have gone on, or exited.")
	}
	// Of the members only those are rendered that are seen: they may be many.
	// Once they come to the top, the heads of their table stay there.
	above := append(m.stackLines(r, width), "")
	room := max(2, height-len(lines))
	m.page = room
	const heads = 1
	m.scroll = max(0, min(m.scroll, len(above)+heads+len(r.chosen)-room))
	from := max(0, m.scroll-len(above))
	to := min(m.scroll+room-len(above)-heads, len(r.chosen))
	lines = append(lines, above[min(m.scroll, len(above)):]...)
	if from < to {
		lines = append(lines, m.memberLines(r.chosen, from, to, width)...)
	}
	return lines
}

// stackLines returns the logical stack of a row.
func (m *Model) stackLines(r *row, width int) []string {
	style := m.options.Style
	style.Color = false // here, behind what the program's own names may hold
	var b bytes.Buffer
	if err := render.Text(&b, r.stack, style); err != nil {
		return []string{err.Error()} // a Buffer takes everything
	}
	lines := textLines(&b)[1:] // who has it stands below
	for i, line := range lines {
		place, ok := strings.CutPrefix(line, indent)
		runes := []rune(place)
		switch {
		case ok && len(indent)+len(runes) > width: // the line's number is at the end
			lines[i] = indent + "…" + string(runes[len(indent)+1+len(runes)-width:])
		case ok:
		case strings.HasPrefix(line, "── ") || strings.HasPrefix(line, "..."):
			lines[i] = m.colored(dim, cut(line, width))
		default:
			lines[i] = m.colored(bold, cut(line, width))
		}
	}
	return lines
}

// indent is what package render puts before places.
const indent = "    "

// memberLines returns a table of some members.
func (m *Model) memberLines(members []*stitch.Goroutine, from, to, width int) []string {
	members = slices.SortedFunc(slices.Values(members), stitch.Rank)
	style := m.options.Style
	style.Width = width
	var b bytes.Buffer
	if err := render.Table(&b, members[from:to], style); err != nil {
		return []string{err.Error()}
	}
	lines := textLines(&b)
	for i, line := range lines {
		lines[i] = cut(line, width)
	}
	lines[0] = m.colored(dim, lines[0])
	return lines
}

// textLines returns the lines of a text, without what would move the cursor.
func textLines(b *bytes.Buffer) []string {
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	for i, line := range lines {
		lines[i] = plain(line)
	}
	return lines
}

// bottom returns the last line.
func (m *Model) bottom(width int) string {
	switch {
	case m.message != "":
		return m.colored(bold, fit(m.message, width))
	case m.input != nil:
		return fit("filter (enter, or escape): "+m.input.text+"_", width)
	case m.help:
		return fit("any key: back", width)
	case m.opened != nil:
		return m.colored(dim, fit("↑↓ scroll  esc back  space freeze  ? help", width))
	}
	return m.colored(dim, fit(fmt.Sprintf("q quit  ↑↓ enter open  / filter  s sort: %s  space freeze  ? help", orders[m.order].name), width))
}

func (m *Model) helpLines() []string {
	return strings.Split(`↑ ↓ PgUp PgDn Home End (or j k g G)   select a group
enter →   open it: its logical stack, and the goroutines in it
esc ← q   back
/         filter: func:serve state:"chan receive" label:job=7 wait:10s -worker
esc       without the filter
s S       sort by `+strings.Join(Orders(), ", ")+`
space     freeze: no more looks at the program until it is pressed again
q ^C      quit

GROWTH    goroutines more than in the first look
CPU%      100 for each goroutine that runs, on average of the last ten looks
leak?     it only grows: three times or more, never fell, is not at a halt
LEAKED    the Go runtime knows that they wait for what can never happen

A goroutine that runs is counted where it was last seen waiting; those that
were never seen waiting are together, by the go statements that made them.`, "\n")
}

func (m *Model) colored(escape, text string) string {
	if !m.options.Style.Color || escape == "" {
		return text
	}
	return escape + text + reset
}

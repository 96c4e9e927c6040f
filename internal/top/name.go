package top

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
)

// nameOf tells in one line where a goroutine stands and how it came to be:
//
//	main.take main.go:24 ← main.first ← main.main
//
// Of one whose stack is not known (it runs) that is where it was made:
//
//	made at main.go:17 ← main.first ← main.main
//
// Of one that a helper made, such as sync.WaitGroup.Go, it is what called the helper.
//
// The runtime's own go by what they began in: all of them stand in
// runtime.gopark.
func nameOf(g *stitch.Goroutine) string {
	var parts []string
	at, site := g.State.At, g.Site()
	if g.System {
		at = g.Entry()
	}
	switch {
	case at.File != "":
		parts = append(parts, fmt.Sprintf("%s %s:%d", stitch.BriefFunc(at.Func), stitch.Base(at.File), at.Line))
	case at.Func != "":
		parts = append(parts, stitch.BriefFunc(at.Func))
	case g.Entry().Func != "":
		parts = append(parts, stitch.BriefFunc(g.Entry().Func))
	case site.File != "":
		parts = append(parts, fmt.Sprintf("made at %s:%d", stitch.Base(site.File), site.Line))
	default:
		parts = append(parts, "?")
	}
	call, _ := g.Helper()
	for i, l := range g.Chain.Links {
		switch {
		case i == 0 && call.Func != "":
			parts = append(parts, stitch.BriefFunc(call.Func))
		case len(l.Frames) > 0:
			parts = append(parts, stitch.BriefFunc(l.Frames[0].Func))
		}
	}
	return strings.Join(parts, " ← ")
}

// describeStates tells what members are doing: "chan receive 12m", or, most
// frequent first, "chan receive 4,800, running 12".
func (r *row) describeStates() string {
	words := make([]string, 0, len(r.states))
	for word := range r.states {
		words = append(words, word)
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(cmp.Compare(r.states[b], r.states[a]), cmp.Compare(a, b))
	})
	if len(words) == 1 {
		return strings.TrimSpace(words[0] + " " + stitch.RoundWait(r.longest))
	}
	for i, word := range words {
		words[i] = word + " " + render.Count(r.states[word])
	}
	return strings.Join(words, ", ")
}

// signed writes a number with a sign; 0 is "".
func signed(n int) string {
	switch {
	case n == 0:
		return ""
	case n > 0:
		return "+" + render.Count(n)
	}
	return render.Count(n)
}

// plain replaces what would move the cursor: names are the program's.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

// fit makes a text as wide as a column: cut, or filled up with blanks, in front
// of it where the width is negative.
func fit(s string, width int) string {
	s = cut(s, max(width, -width))
	return fmt.Sprintf("%*s", -width, s)
}

// cut cuts a text to a width, with an ellipsis.
func cut(s string, width int) string {
	runes := []rune(plain(s))
	if len(runes) <= width {
		return string(runes)
	}
	return string(runes[:max(0, width-1)]) + "…"[:min(width, 1)*len("…")]
}

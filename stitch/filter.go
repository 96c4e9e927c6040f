package stitch

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// System says what becomes of the runtime's own goroutines in a selection.
type System int

const (
	WithoutSystem System = iota // they are left out
	WithSystem                  // they are in, as any other
	OnlySystem                  // only they are in
)

// A Filter selects goroutines. The zero one selects all but the runtime's own.
// It may be used by several goroutines at once.
type Filter struct {
	System System // may be set by a caller that has a switch of its own for it
	// Path, if set, gives a file the path by which people know it, which is what
	// site: is compared with.
	Path       func(file string) string
	conditions []condition
}

type condition func(Filter, *Goroutine) bool

// Match tells whether the filter selects g.
func (f Filter) Match(g *Goroutine) bool {
	if g.System && f.System == WithoutSystem || !g.System && f.System == OnlySystem {
		return false
	}
	return !slices.ContainsFunc(f.conditions, func(c condition) bool { return !c(f, g) })
}

// Select returns the goroutines that the filter selects, in the order given.
func (f Filter) Select(gs []Goroutine) []Goroutine {
	var selected []Goroutine
	for i := range gs {
		if f.Match(&gs[i]) {
			selected = append(selected, gs[i])
		}
	}
	return selected
}

// ParseFilter reads a filter as people write it: words with spaces between
// them, all of which a goroutine has to match.
//
//	func:TEXT         a function of its own stack or of its chain has TEXT in its name
//	state:TEXT        its state ("running") or its wait reason ("chan receive") has TEXT in it
//	label:KEY         it has this pprof label
//	label:KEY=VALUE   it has this pprof label, with this value
//	site:FILE:LINE    the go statement that made it is there, or the call of the helper that has it
//	                  (sync.WaitGroup.Go); of a path, the last elements are enough
//	site:TEXT         that go statement, or call, is in a function with TEXT in its name
//	id:18             it is goroutine 18, be it one of the runtime's own
//	wait:10s          it has been waiting so long, or longer
//	system:yes        the runtime's own are in, too; system:only: no others are; system:no: the default
//	TEXT              a function as above, its state or wait reason, or a pprof label has TEXT in it
//	-WORD             any of the above but id and system: it does not match WORD
//
// TEXT is found in upper and in lower case. Quotes hold together what has spaces
// (state:"chan receive"); a word that begins with one is TEXT whatever is in it.
func ParseFilter(s string) (Filter, error) {
	var f Filter
	for rest := strings.TrimSpace(s); rest != ""; rest = strings.TrimSpace(rest) {
		w, after, err := cutWord(rest)
		if err == nil {
			err = f.add(w)
		}
		if err != nil {
			return Filter{}, fmt.Errorf("reading the filter %q: %w", s, err)
		}
		rest = after
	}
	return f, nil
}

// A word is one condition as it is written: -key:value, or -value.
type word struct {
	not        bool
	key, value string
}

// cutWord cuts the first word off s, which does not begin with a space.
func cutWord(s string) (w word, rest string, err error) {
	s, w.not = strings.CutPrefix(s, "-")
	quoted := false
	end := strings.IndexFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && unicode.IsSpace(r)
	})
	if quoted {
		return word{}, "", errors.New("a quote is not closed")
	}
	if end < 0 {
		end = len(s)
	}
	w.value, rest = s[:end], s[end:]
	if colon := strings.IndexAny(w.value, `:"`); colon >= 0 && w.value[colon] == ':' {
		w.key, w.value = w.value[:colon+1], w.value[colon+1:]
	}
	w.value = strings.ReplaceAll(w.value, `"`, "")
	if w.value == "" {
		return word{}, "", fmt.Errorf("%q is not followed by anything", strings.TrimSpace(s[:end]))
	}
	return w, rest, nil
}

// add adds the condition that a word stands for.
func (f *Filter) add(w word) error {
	if w.not && (w.key == "id:" || w.key == "system:") {
		return fmt.Errorf("%s cannot be negated", w.key)
	}
	text := strings.ToLower(w.value)
	var c condition
	switch w.key {
	case "":
		c = func(_ Filter, g *Goroutine) bool { return g.hasFunc(text) || g.State.has(text) || g.hasLabel(text) }
	case "func:":
		c = func(_ Filter, g *Goroutine) bool { return g.hasFunc(text) }
	case "state:":
		c = func(_ Filter, g *Goroutine) bool { return g.State.has(text) }
	case "label:":
		key, value, valued := strings.Cut(w.value, "=")
		c = func(_ Filter, g *Goroutine) bool {
			v, ok := g.Labels[key]
			return ok && (!valued || v == value)
		}
	case "site:":
		c = siteCondition(w.value, text)
	case "id:":
		id, err := strconv.ParseInt(w.value, 10, 64)
		if err != nil || id < 1 {
			return fmt.Errorf("id:%s: the id of a goroutine is a number from 1 on", w.value)
		}
		f.System = max(f.System, WithSystem)
		c = func(_ Filter, g *Goroutine) bool { return g.ID == id }
	case "wait:":
		d, err := time.ParseDuration(w.value)
		if err != nil || d <= 0 {
			return fmt.Errorf("wait:%s: a duration is expected, such as 500ms, 10s, 5m or 1h30m", w.value)
		}
		c = func(_ Filter, g *Goroutine) bool { return g.State.For >= d }
	case "system:":
		var ok bool
		if f.System, ok = map[string]System{"no": WithoutSystem, "yes": WithSystem, "only": OnlySystem}[w.value]; !ok {
			return fmt.Errorf("system:%s: yes, no or only is expected", w.value)
		}
		return nil
	default:
		return fmt.Errorf("%s is not known; there are func:, state:, label:, site:, id:, wait: and system: "+
			`(put text with a colon into quotes)`, w.key)
	}
	if w.not {
		positive := c
		c = func(f Filter, g *Goroutine) bool { return !positive(f, g) }
	}
	f.conditions = append(f.conditions, c)
	return nil
}

// siteCondition is of a site as it was written, and in lower case.
func siteCondition(site, lower string) condition {
	if colon := strings.LastIndexByte(site, ':'); colon >= 0 {
		if line, err := strconv.Atoi(site[colon+1:]); err == nil {
			file := slashed(site[:colon])
			return atSite(func(f Filter, at Frame) bool {
				if at.Line != line {
					return false
				}
				if f.Path != nil {
					at.File = f.Path(at.File)
				}
				return endsPath(slashed(at.File), file)
			})
		}
	}
	return atSite(func(_ Filter, at Frame) bool { return containsFold(at.Func, lower) })
}

// atSite tells of a goroutine whether something holds for its go statement, or for the
// call of the helper that this is in.
func atSite(holds func(Filter, Frame) bool) condition {
	return func(f Filter, g *Goroutine) bool {
		if holds(f, g.Site()) {
			return true
		}
		helper, _ := g.Helper()
		return helper.Func != "" && holds(f, helper)
	}
}

// endsPath tells whether a path ends in the elements of another.
func endsPath(path, end string) bool {
	before, ok := strings.CutSuffix(path, end)
	return ok && path != "" && (before == "" || strings.HasSuffix(before, "/") || strings.HasPrefix(end, "/"))
}

func (g *Goroutine) hasFunc(lower string) bool {
	has := func(f Frame) bool { return containsFold(f.Func, lower) }
	return slices.ContainsFunc(g.Own, has) || containsFold(g.Start, lower) || slices.ContainsFunc(g.Chain.Links, func(l Link) bool {
		return slices.ContainsFunc(l.Frames, has)
	})
}

func (s State) has(lower string) bool {
	return containsFold(s.Status, lower) || containsFold(s.Wait, lower)
}

func (g *Goroutine) hasLabel(lower string) bool {
	for k, v := range g.Labels {
		if containsFold(k, lower) || containsFold(v, lower) {
			return true
		}
	}
	return false
}

// containsFold tells whether s contains lower, which is in lower case, in
// whatever case.
func containsFold(s, lower string) bool {
	return strings.Contains(strings.ToLower(s), lower)
}

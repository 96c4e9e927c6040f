package dapproxy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dlvx/dlvx/stitch"
)

// A threadFilter is what the launch attribute "goroutineFilters" asks for, in the
// words of Delve's command goroutines: all of the conditions are to be met.
type threadFilter []threadCondition

type threadCondition struct {
	field, arg string
	not        bool
}

// parseThreadFilter reads a filter as Delve does (api.ParseGoroutineArgs), which
// takes whatever its command takes: what is not about which goroutines there are
// means nothing here.
func parseThreadFilter(text string) (threadFilter, error) {
	var f threadFilter
	words := strings.Split(text, " ")
	for i := 0; i < len(words); i++ {
		wrong := fmt.Errorf("wrong argument: '%s'", words[i])
		next := func() (string, bool) {
			if i++; i >= len(words) {
				return "", false
			}
			return words[i], true
		}
		switch words[i] {
		case "", "-u", "-r", "-g", "-s", "-l":
		case "-t":
			if i+1 < len(words) {
				if _, err := strconv.Atoi(words[i+1]); err == nil {
					i++
				}
			}
		case "-w", "-with", "-wo", "-without":
			c := threadCondition{not: words[i] == "-wo" || words[i] == "-without"}
			var ok bool
			if c.field, ok = next(); !ok || !slices.Contains(threadFields, c.field) {
				return nil, wrong
			}
			if c.field != "running" && c.field != "user" {
				if c.arg, ok = next(); !ok {
					return nil, wrong
				}
			}
			f = append(f, c)
		case "-group":
			field, ok := next()
			if ok && field == "label" {
				_, ok = next()
			}
			if !ok || !slices.Contains(threadFields, field) {
				return nil, wrong
			}
		case "-chan": // nothing in DAP
			if _, ok := next(); !ok {
				return nil, wrong
			}
		case "-exec":
			return f, nil
		default:
			return nil, wrong
		}
	}
	return f, nil
}

var threadFields = []string{"curloc", "userloc", "goloc", "startloc", "label", "running", "user"}

// ofHeads tells whether an overview is enough to know what the filter matches.
func (f threadFilter) ofHeads() bool {
	return !slices.ContainsFunc(f, func(c threadCondition) bool { return c.field != "running" && c.field != "user" })
}

func (f threadFilter) matchHead(h stitch.Head, halt stitch.Halt) bool {
	return f.match(&stitch.Goroutine{ID: h.ID, System: h.System}, halt)
}

func (f threadFilter) match(g *stitch.Goroutine, halt stitch.Halt) bool {
	return !slices.ContainsFunc(f, func(c threadCondition) bool { return c.matches(g, halt) == c.not })
}

// matches is service/debugger.matchGoroutineFilter.
func (c threadCondition) matches(g *stitch.Goroutine, halt stitch.Halt) bool {
	switch c.field {
	case "curloc":
		return len(g.Own) > 0 && c.inLocation(g.Own[0])
	case "userloc":
		return c.inLocation(userCurrent(g.Own))
	case "goloc":
		return c.inLocation(g.Site())
	case "startloc":
		return c.inLocation(g.Entry())
	case "label":
		key, value, valued := strings.Cut(c.arg, "=")
		v, ok := g.Labels[key]
		if valued {
			return v == value
		}
		return ok
	case "running":
		_, ok := halt.Threads[g.ID]
		return ok
	}
	return !g.System // user
}

func (c threadCondition) inLocation(f stitch.Frame) bool {
	return strings.Contains(fmt.Sprintf("%s:%d in %s", f.File, f.Line, f.Func), c.arg)
}

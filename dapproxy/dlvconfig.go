package dapproxy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-dap"
)

// dlvConfig is Delve's command that changes attributes of the launch.
var dlvConfig = regexp.MustCompile(`^\s*dlv\s+config\s+(\S.*?)\s*$`)

// listing is what of a launch configuration Delve lets its user change later and
// this package heeds, too: how files are named, and which goroutines are listed.
type listing struct {
	paths            []pathRule // "substitutePath"
	goroutineFilters string
	hideSystem       bool     // "hideSystemGoroutines"
	pprofLabels      []string // "showPprofLabels"
}

// configure forwards a request to evaluate that is such a command, and does what it
// says to the proxy's own lists and frames; false: the request is no such. What
// changes has changed when Delve tells the client to fetch threads again.
func (s *session) configure(m message) bool {
	var args dap.EvaluateArguments
	if m.arguments(&args) != nil {
		return false
	}
	command := dlvConfig.FindStringSubmatch(args.Expression)
	if command == nil {
		return false
	}
	if at, ok := m.argument("frameId"); ok && args.FrameId >= firstID {
		m = m.edited(edit{at, []byte("0")}) // no frame matters
	}
	o := s.settings()
	before := o.listing
	o.listing = before.configured(command[1])
	s.set(o)
	s.forward(m, func(answer message) bool {
		if !answer.success {
			s.mu.Lock()
			s.options.listing = before
			s.mu.Unlock()
		}
		return false
	})
	return true
}

// configured returns what Delve makes of l (configureSet). What it refuses changes
// nothing, nor does what is not about l.
func (l listing) configured(command string) listing {
	name, rest, _ := strings.Cut(command, " ")
	rest = strings.TrimSpace(rest)
	words, _ := splitFields(rest, '"')
	clear := len(words) > 0 && words[0] == "-clear"
	if clear {
		words = words[1:]
	}
	switch name {
	case "goroutineFilters":
		l.goroutineFilters = rest
		if text, err := strconv.Unquote(rest); err == nil {
			l.goroutineFilters = text
		}
	case "hideSystemGoroutines":
		if rest == "true" || rest == "false" {
			l.hideSystem = rest == "true"
		}
	case "showPprofLabels":
		switch {
		case clear && len(words) == 0:
			l.pprofLabels = nil
		case clear && len(words) == 1:
			if i := slices.Index(l.pprofLabels, words[0]); i >= 0 {
				l.pprofLabels = slices.Delete(slices.Clone(l.pprofLabels), i, i+1)
			}
		case len(words) == 1:
			l.pprofLabels = append(slices.Clone(l.pprofLabels), words[0])
		}
	case "substitutePath":
		i := -1
		if len(words) > 0 {
			i = slices.IndexFunc(l.paths, func(r pathRule) bool { return r.From == words[0] })
		}
		paths := slices.Clone(l.paths)
		switch {
		case clear && len(words) == 0:
			l.paths = nil
		case len(words) == 1 && i >= 0:
			l.paths = slices.Delete(paths, i, i+1)
		case len(words) == 2 && !clear && i >= 0:
			paths[i].To = words[1]
			l.paths = paths
		case len(words) == 2 && !clear:
			l.paths = append(paths, pathRule{words[0], words[1]})
		}
	}
	return l
}

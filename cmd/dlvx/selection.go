package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dlvx/dlvx/stitch"
	"github.com/spf13/pflag"
)

// selection is the flags that choose goroutines.
type selection struct {
	filter                 string
	fn, state, label, site string
	wait                   time.Duration
	user                   bool
	words                  string // all of them, as one filter
	chosen                 stitch.Filter
}

func (s *selection) addFlags(flags *pflag.FlagSet) {
	flags.StringVarP(&s.filter, "filter", "f", "", `which goroutines: words such as func:serve state:"chan receive" wait:10s -worker`)
	flags.StringVar(&s.fn, "func", "", "only those with a function on their logical stack that has this in its name")
	flags.StringVar(&s.state, "state", "", "only those in this state, or waiting for this reason")
	flags.StringVar(&s.label, "label", "", "only those with this pprof label: key, or key=value")
	flags.StringVar(&s.site, "site", "", "only those made by this go statement: file:line, or its function")
	flags.DurationVar(&s.wait, "wait", 0, "only those that have been waiting so long, or longer: 10s")
	flags.BoolVar(&s.user, "user", false, "without the runtime's own goroutines")
}

// parse makes a filter of the flags.
func (s *selection) parse() (err error) {
	words := []string{s.filter}
	for _, w := range []struct{ key, value string }{{"func", s.fn}, {"state", s.state}, {"label", s.label}, {"site", s.site}} {
		if strings.Contains(w.value, `"`) {
			return fmt.Errorf(`--%s %s: it may not have a quote in it`, w.key, w.value)
		}
		if w.value != "" {
			words = append(words, fmt.Sprintf(`%s:"%s"`, w.key, w.value))
		}
	}
	if s.wait < 0 {
		return fmt.Errorf("--wait %v: a time is expected, such as 10s", s.wait)
	}
	if s.wait > 0 {
		words = append(words, "wait:"+s.wait.String())
	}
	s.words = strings.TrimSpace(strings.Join(words, " "))
	if s.chosen, err = stitch.ParseFilter(s.words); err != nil {
		return err
	}
	if !s.user && !strings.Contains(s.filter, "system:") {
		s.chosen.System = stitch.WithSystem
	}
	return nil
}

// of returns the goroutines that are selected.
func (s *selection) of(v view) []stitch.Goroutine {
	if s.words == "" && s.chosen.System == stitch.WithSystem {
		return v.goroutines // all: they may be very many
	}
	return s.chosen.Select(v.goroutines)
}

// stuckFirst returns goroutines in the order of listings.
func stuckFirst(gs []*stitch.Goroutine) []*stitch.Goroutine {
	slices.SortFunc(gs, stitch.Rank)
	return gs
}

func pointers(gs []stitch.Goroutine) []*stitch.Goroutine {
	all := make([]*stitch.Goroutine, 0, len(gs))
	for i := range gs {
		all = append(all, &gs[i])
	}
	return all
}

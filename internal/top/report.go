package top

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/dlvx/dlvx/internal/render"
)

// A Report is what programs are told of a look. Its names are those of dlvx's
// other JSON (package render).
type Report struct {
	Look       int           `json:"look"` // from 1
	Since      time.Time     `json:"since"`
	Goroutines int           `json:"count"` // of all, whatever the filter leaves
	Groups     []GroupReport `json:"groups"`
}

// A GroupReport is one group of a [Report].
type GroupReport struct {
	Count         int             `json:"count"`
	Growth        int             `json:"growth"`  // since the first look
	Running       float64         `json:"running"` // how many were running, on the average of the last ten looks
	Suspected     bool            `json:"suspectedLeak,omitempty"`
	Leaked        int             `json:"leaked,omitempty"` // how many the Go runtime knows to wait for ever
	LongestWaitMs int64           `json:"longestWaitMs,omitempty"`
	States        map[string]int  `json:"states"`
	Goroutines    []int64         `json:"goroutines"` // the ids of those that the filter leaves
	Stack         json.RawMessage `json:"stack"`      // the logical stack, as of dlvx where
}

// Report returns what is shown.
func (m *Model) Report() Report {
	out := Report{Look: m.looks, Since: m.since, Groups: []GroupReport{}}
	for _, r := range m.rows {
		if !m.hides(r) {
			out.Goroutines += r.count
		}
	}
	for _, r := range m.shown {
		var stack bytes.Buffer
		if err := render.JSON(&stack, r.stack); err != nil {
			continue // a Buffer takes everything
		}
		g := GroupReport{
			Count: r.count, Growth: r.growth(), Running: r.ran(), Suspected: r.suspect(), Leaked: r.leaked(),
			LongestWaitMs: r.longest.Milliseconds(), States: r.states, Stack: stack.Bytes(),
		}
		for _, member := range r.chosen {
			g.Goroutines = append(g.Goroutines, member.ID)
		}
		out.Groups = append(out.Groups, g)
	}
	return out
}

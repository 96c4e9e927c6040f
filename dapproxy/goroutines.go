package dapproxy

import (
	"github.com/google/go-dap"

	"github.com/dlvx/dlvx/stitch"
)

// The fields of docs/protocol.md.
type (
	shownGoroutine struct {
		ID         int64             `json:"id"`
		Name       string            `json:"name"`
		Status     string            `json:"status"`
		WaitReason string            `json:"waitReason,omitempty"`
		WaitMs     int64             `json:"waitMs,omitempty"`
		Function   string            `json:"function"`
		Source     *dap.Source       `json:"source,omitempty"`
		Line       int               `json:"line,omitempty"`
		Spawn      *shownSpawn       `json:"spawn,omitempty"`
		Labels     map[string]string `json:"labels,omitempty"`
		System     bool              `json:"system,omitempty"`
	}
	shownSpawn struct {
		shownSite
		From      *shownSite `json:"from,omitempty"`
		Goroutine int64      `json:"goroutine,omitempty"`
		Exited    bool       `json:"exited,omitempty"`
	}
	shownSite struct {
		Function string      `json:"function"`
		Source   *dap.Source `json:"source,omitempty"`
		Line     int         `json:"line,omitempty"`
	}
)

// goroutines answers dlvx/goroutines.
func (q question) goroutines() (any, error) {
	var args struct {
		page
		Filter *string `json:"filter"`
		Node   *int64  `json:"node"`
		Group  *int64  `json:"group"`
	}
	if err := q.readArguments(&args); err != nil {
		return nil, err
	}
	if args.Node != nil && args.Group != nil {
		return nil, badArgument(`"node" and "group" cannot be given together`)
	}
	if err := args.check(); err != nil {
		return nil, err
	}
	filter, err := q.filter(args.Filter, args.Node != nil || args.Group != nil)
	if err != nil {
		return nil, err
	}
	snap, err := q.snapshot()
	if err != nil {
		return nil, err
	}
	var list []*stitch.Goroutine
	switch {
	case args.Node != nil:
		list, err = snap.membersOfNode(*args.Node)
	case args.Group != nil:
		list, err = snap.membersOfGroup(*args.Group)
	default:
		list = pointers(snap.all)
	}
	if err != nil {
		return nil, err
	}
	list = matching(filter, list)
	rules := q.settings().paths
	return struct {
		Goroutines []shownGoroutine `json:"goroutines"`
		Total      int              `json:"total"`
	}{
		paged(args.page, list, func(g *stitch.Goroutine) shownGoroutine { return showGoroutine(g, rules) }),
		len(list),
	}, nil
}

// filter reads the argument "filter". Where it is left out, members says that
// the runtime's own goroutines are in.
func (q question) filter(text *string, members bool) (stitch.Filter, error) {
	if text == nil {
		if members {
			return stitch.Filter{System: stitch.WithSystem}, nil
		}
		return stitch.Filter{}, nil
	}
	f, err := stitch.ParseFilter(*text)
	if err != nil {
		return f, badArgument("%v", err)
	}
	if rules := q.settings().paths; len(rules) > 0 {
		f.Path = func(file string) string { return toClient(file, rules) }
	}
	return f, nil
}

func pointers(gs []stitch.Goroutine) []*stitch.Goroutine {
	list := make([]*stitch.Goroutine, len(gs))
	for i := range gs {
		list[i] = &gs[i]
	}
	return list
}

func matching(f stitch.Filter, list []*stitch.Goroutine) []*stitch.Goroutine {
	var out []*stitch.Goroutine
	for _, g := range list {
		if f.Match(g) {
			out = append(out, g)
		}
	}
	return out
}

func showGoroutine(g *stitch.Goroutine, rules []pathRule) shownGoroutine {
	at := stitch.Position(g.Own)
	shown := shownGoroutine{
		ID: g.ID, Name: stitch.BriefFunc(at.Func), Status: g.State.Status, WaitReason: g.State.Wait,
		WaitMs: g.State.For.Milliseconds(), Function: at.Func, Labels: g.Labels, System: g.System,
	}
	shown.Source, shown.Line = position(at, rules)
	if len(g.Chain.Links) > 0 {
		l := g.Chain.Links[0]
		shown.Spawn = &shownSpawn{shownSite: showSite(g.Site(), rules), Goroutine: l.Spawner, Exited: l.Spawner != 0 && l.State == nil}
		if call, _ := g.Helper(); call.Func != "" {
			from := showSite(call, rules)
			shown.Spawn.From = &from
		}
	}
	return shown
}

func showSite(at stitch.Frame, rules []pathRule) shownSite {
	s := shownSite{Function: at.Func}
	s.Source, s.Line = position(at, rules)
	return s
}

// position returns where a frame is, as the client names it.
func position(at stitch.Frame, rules []pathRule) (*dap.Source, int) {
	src := source(at, rules)
	if src == nil {
		return nil, 0
	}
	return src, at.Line
}

package dapproxy

import (
	"github.com/dlvx/dlvx/stitch"
)

type shownGroup struct {
	ID          int64   `json:"id"`
	Count       int     `json:"count"`
	Name        string  `json:"name"`
	State       string  `json:"state"`
	LongestWait int64   `json:"longestWaitMs,omitempty"`
	Text        string  `json:"text"`
	Goroutines  []int64 `json:"goroutines"`
}

// fewMembers is how many goroutines of a group are named with it.
const fewMembers = 20

// groups answers dlvx/groups.
func (q question) groups() (any, error) {
	var args struct {
		page
		Filter string `json:"filter"`
	}
	if err := q.readArguments(&args); err != nil {
		return nil, err
	}
	if err := args.check(); err != nil {
		return nil, err
	}
	filter, err := q.filter(&args.Filter, false)
	if err != nil {
		return nil, err
	}
	snap, err := q.snapshot()
	if err != nil {
		return nil, err
	}
	sel := snap.selected(args.Filter, filter)
	groups := snap.groupsOf(sel)
	rules := q.settings().paths
	return struct {
		Groups []shownGroup `json:"groups"`
		Total  int          `json:"total"`
	}{
		paged(args.page, groups, func(g stitch.Group) shownGroup { return snap.showGroup(g, rules) }),
		len(groups),
	}, nil
}

func (s *snapshot) showGroup(g stitch.Group, rules []pathRule) shownGroup {
	first := g.Goroutines[0]
	shown := shownGroup{
		ID: s.groupOf[first.ID], Count: g.Alive, Name: stitch.BriefFunc(stitch.Position(first.Own).Func),
		State: g.State(), LongestWait: g.Longest.Milliseconds(),
		Text: groupText(g, rules),
	}
	for _, member := range g.Goroutines[:min(len(g.Goroutines), fewMembers)] {
		shown.Goroutines = append(shown.Goroutines, member.ID)
	}
	return shown
}

// groupsOf returns the groups of a selection.
func (s *snapshot) groupsOf(sel *selection) []stitch.Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.group()
	if sel.groups == nil {
		sel.groups = stitch.Groups(sel.gs)
	}
	return sel.groups
}

// membersOfGroup returns a group's goroutines by its id.
func (s *snapshot) membersOfGroup(id int64) ([]*stitch.Goroutine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.group()
	if i := id - s.firstGroup; i >= 0 && i < int64(len(s.groups)) {
		return s.groups[i].Goroutines, nil
	}
	return nil, stale("group", id)
}

// group gives every group its id. The caller holds mu.
func (s *snapshot) group() {
	if s.groupOf != nil {
		return
	}
	s.groups = stitch.Groups(s.all)
	s.firstGroup = s.next(len(s.groups))
	s.groupOf = make(map[int64]int64, len(s.all))
	for i, g := range s.groups {
		for _, member := range g.Goroutines {
			s.groupOf[member.ID] = s.firstGroup + int64(i)
		}
	}
}

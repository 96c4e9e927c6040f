package dapproxy

import (
	"context"
	"errors"
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

// A labeller is a [Chains] that can tell what the program has recorded of its go
// statements. It must return soon when ctx is done.
type labeller interface {
	Labels(ctx context.Context) (stitch.Labels, error)
}

type labelTable struct {
	Count          int                `json:"count"`
	MemoryBytes    uint64             `json:"memoryBytes"`
	MaxMemoryBytes uint64             `json:"maxMemoryBytes"`
	LongestChain   int                `json:"longestChain"`
	MaxChain       int                `json:"maxChain"`
	Respawn        int                `json:"respawn,omitempty"`
	FramesCut      int                `json:"framesCut,omitempty"`
	Goroutines     int                `json:"goroutines"`
	Cuts           map[stitch.Cut]int `json:"cuts,omitempty"`
	Sites          []labelledSite     `json:"sites"`
}

type labelledSite struct {
	shownCount
	Labels int `json:"labels"`
}

// labels answers dlvx/labels.
func (q question) labels() (any, error) {
	l, err := q.readLabels()
	q.leave()
	if err != nil {
		return nil, refusal{"unreadable", 7006, fmt.Sprintf("spawn labels cannot be read: %v", err)}
	}
	out := labelTable{
		l.Count, l.Memory, l.MaxMemory, l.Depth, l.MaxDepth, l.Respawn, l.FramesCut,
		l.Goroutines, l.Cuts, make([]labelledSite, 0, len(l.Sites)),
	}
	rules := q.settings().paths
	for _, s := range l.Sites {
		out.Sites = append(out.Sites, labelledSite{
			shownCount{
				showSite(stitch.Frame{Func: s.Func, File: s.File, Line: s.Line}, rules),
				s.Alive, s.Blocked, s.Longest.Milliseconds(),
			}, s.Labels,
		})
	}
	return out, nil
}

func (q question) readLabels() (l stitch.Labels, err error) {
	defer recovered(&err, "reading spawn labels")
	c, done := q.reading(q.stop)
	defer done()
	r, ok := c.(labeller)
	if !ok {
		return l, errors.New("this dlvx was started without a way to read them")
	}
	return r.Labels(q.ctx)
}

package goruntime

import (
	"context"
	"errors"
	"fmt"

	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/dlvx/dlvx/stitch"
)

// ErrNoLabels: the program does not record spawn labels.
var ErrNoLabels = errors.New("the program does not record spawn labels (dlvx build makes one that does)")

// Labels returns what the program's table of spawn labels holds, with the
// goroutines that live now. A program that records none is an [ErrNoLabels].
// Other questions are answered meanwhile; an error of ctx ends it.
func (r *Reader) Labels(ctx context.Context) (stitch.Labels, error) {
	gs, err := r.Goroutines(ctx)
	if err != nil {
		return stitch.Labels{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.open()
	if err == nil {
		var l stitch.Labels
		if l, err = p.labelTable(ctx); err == nil {
			return l.With(gs), nil
		}
	}
	return stitch.Labels{}, fmt.Errorf("reading spawn labels: %w", err)
}

func (p *program) labelTable(ctx context.Context) (stitch.Labels, error) {
	if p.labels == nil {
		return stitch.Labels{}, ErrNoLabels
	}
	at := placesOf(p.session)
	table, err := at.Address("spawnTab")
	if err != nil {
		return stitch.Labels{}, fmt.Errorf("%w (of a stripped program it is not)", err)
	}
	memory, err := at.Address("spawnMemory")
	if err != nil {
		return stitch.Labels{}, err
	}
	l := stitch.Labels{MaxMemory: p.labels.MaxMemory, MaxDepth: p.labels.MaxDepth}
	if l.Memory, err = p.mem.uint64(memory); err != nil {
		return stitch.Labels{}, err
	}
	type place struct {
		fn, file string
		line     int
	}
	sites := map[place]int{}           // where in l.Sites they are
	known := map[uint64]stitch.Frame{} // of go statements, by their first return address
	err = p.labels.Table(p.mem, table, func(label spawnlabel.TableLabel) error {
		if err := p.everySoOften(ctx, l.Count); err != nil {
			return err
		}
		l.Count++
		if label.Carried {
			l.Depth = max(l.Depth, label.Depth)
		}
		if label.Respawn {
			l.Respawn++
		}
		if label.PCsCut {
			l.FramesCut++
		}
		if !label.Carried || len(label.PCs) == 0 {
			return nil
		}
		site, ok := known[label.PCs[0]]
		if !ok {
			if link, err := p.recorded(label.PCs, physical); err == nil && len(link.frames) > 0 {
				site = link.frames[0]
			} // else the label is counted, but not its site
			known[label.PCs[0]] = site
		}
		if site.Func == "" {
			return nil
		}
		key := place{site.Func, site.File, site.Line}
		at, ok := sites[key]
		if !ok {
			at = len(l.Sites)
			sites[key] = at
			l.Sites = append(l.Sites, stitch.LabelSite{Site: stitch.Site{Func: site.Func, File: site.File, Line: site.Line}})
		}
		l.Sites[at].Labels++
		return nil
	})
	return l, err
}

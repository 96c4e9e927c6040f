package goruntime

import (
	"context"
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

// Some returns goroutines as [Reader.Goroutines] does, but only those asked for,
// in that order, and without their chains. Those that do not live are left out.
func (r *Reader) Some(ctx context.Context, goids []int64) ([]stitch.Goroutine, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.open()
	var some []stitch.Goroutine
	if err == nil {
		some, err = p.some(ctx, goids)
	}
	if err != nil {
		return nil, fmt.Errorf("looking at %d goroutines: %w", len(goids), err)
	}
	return some, nil
}

func (p *program) some(ctx context.Context, goids []int64) ([]stitch.Goroutine, error) {
	if p.listing == nil {
		p.listing = p.readListing()
	}
	living := make([]*listed, 0, len(goids))
	b := make([]byte, p.listing.size)
	for i, id := range goids {
		if err := p.everySoOften(ctx, i); err != nil {
			return nil, err
		}
		g, alive, err := p.find(id)
		if err != nil || !alive || p.mem.read(g.addr, b) != nil {
			continue
		}
		at := p.listing.decode(g, b)
		at.presence = *p.presenceOf(g)
		living = append(living, &at)
	}
	labels, err := p.pprofLabels(ctx, living)
	if err != nil {
		return nil, err
	}
	finalizing := p.finalizing()
	some := make([]stitch.Goroutine, len(living))
	for i := range living {
		at := living[i]
		some[i] = stitch.Goroutine{
			ID: at.g.id, State: at.state, System: p.isSystem(at, finalizing), Labels: labels[at.labels],
			Own: at.stack[:stitch.OwnLen(at.stack)], OwnCut: at.stack == nil,
		}
	}
	return some, nil
}

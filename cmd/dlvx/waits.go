package main

import (
	"context"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
)

// readWaits reads what goroutines wait on, and which of them never go on again.
func (v *view) readWaits(ctx context.Context, r *goruntime.Reader) (err error) {
	if v.waits, err = r.Waits(ctx); err != nil {
		return err
	}
	v.deadlocks = stitch.Deadlocks(v.waits)
	v.Deadlocks, err = render.DeadlocksJSON(v.deadlocks)
	return err
}

// readWait reads what a goroutine waits on, and who could wake it.
func (v *view) readWait(ctx context.Context, r *goruntime.Reader, id int64) (err error) {
	if v.waits, err = r.Waits(ctx); err != nil {
		return err
	}
	v.wakers, err = r.Wakers(ctx, id)
	return err
}

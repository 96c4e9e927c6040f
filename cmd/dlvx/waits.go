package main

import (
	"context"
	"fmt"
	"os"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
)

// maxWaits is of how many goroutines it is read what they wait on: for more it
// would take as long as all else together.
const maxWaits = 20_000

// readWaits reads what goroutines wait on, and which of them never go on again,
// where not too many are chosen.
func (o *outside) readWaits(v *view, ctx context.Context, r *goruntime.Reader) (err error) {
	blocked := 0
	for _, g := range o.of(*v) {
		if g.State.Blocked() {
			blocked++
		}
	}
	if v.WaitsUnread = blocked > maxWaits; v.WaitsUnread {
		fmt.Fprintf(os.Stderr, "dlvx: what goroutines wait on, and deadlocks, are not looked for among more than %d: choose some (--state sync.), or ask dlvx where\n", maxWaits)
		return nil
	}
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

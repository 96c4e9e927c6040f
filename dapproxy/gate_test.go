package dapproxy

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// others are the other clients of a target.
type others struct {
	mu      sync.Mutex
	stop    any
	running bool
	asked   int
}

func (o *others) look() (any, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	return o.stop, !o.running
}

func (o *others) set(stop any, running bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stop, o.running = stop, running
}

// TestResumedByOthers: nothing of a stop is kept once another client has let the
// target run, of which no event tells.
func TestResumedByOthers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := family()
		cfg := c.config()
		o := &others{stop: "first"}
		cfg.Stop = o.look
		r, _ := stacked(t, cfg, familyStacks())
		defer r.close()
		stitched := r.stack(18, 0, 20)
		old := stitched.StackFrames[len(stitched.StackFrames)-1]
		scopes := func(f frame) string {
			t.Helper()
			return string(r.client.call("scopes", fmt.Sprintf(`{"frameId":%d}`, f.ID)).Body)
		}
		if got := scopes(old); strings.Contains(got, "earlier stop") {
			t.Fatalf("at the same stop: %s", got)
		}
		for _, same := range []any{"first", nil} { // nil: it cannot be told
			o.set(same, false)
			r.stack(18, 0, 20)
			if n := c.count(); n != 1 {
				t.Errorf("%d chains were read at one stop, want 1", n)
			}
		}

		o.set("first", true)
		if diff := cmp.Diff(familyStacks()[18], r.stack(18, 0, 20).names()); diff != "" {
			t.Errorf("while it runs the answer is not Delve's: %s", diff)
		}
		if got := scopes(old); !strings.Contains(got, "the program is running") {
			t.Errorf("while it runs: %s", got)
		}

		o.set("second", false)
		if got := scopes(old); !strings.Contains(got, "earlier stop") {
			t.Errorf("at the next stop: %s", got)
		}
		if diff := cmp.Diff(stitched.names(), r.stack(18, 0, 20).names()); diff != "" {
			t.Error(diff)
		}
		if n := c.count(); n != 2 {
			t.Errorf("%d chains were read at two stops, want 2", n)
		}

		// While this client has it running nobody needs to be asked.
		r.client.call("continue", `{"threadId":1}`)
		o.mu.Lock()
		before := o.asked
		o.mu.Unlock()
		r.client.call("threads", `{}`)
		o.mu.Lock()
		if o.asked != before {
			t.Error("asked while this client has let it run")
		}
		o.mu.Unlock()
	})
}

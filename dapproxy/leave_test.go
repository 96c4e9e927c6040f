package dapproxy

import "testing"

// TestLeave: the caller is told of a disconnect before the debugger is.
func TestLeave(t *testing.T) {
	bubble(t, func(t *testing.T) {
		left := 0
		cfg := family().config()
		var d *fakeDelve
		cfg.Leave = func() {
			left++
			if n := d.requests("disconnect"); n != 0 {
				t.Error("the debugger was told first")
			}
		}
		r, fake := stacked(t, cfg, familyStacks())
		defer r.close()
		d = fake
		r.client.call("terminate", `{}`)
		if left != 0 {
			t.Error("called for another request")
		}
		r.client.call("disconnect", `{}`)
		if left != 1 || d.requests("disconnect") != 1 {
			t.Errorf("called %d times, and the debugger %d times", left, d.requests("disconnect"))
		}
	})
}

package dapproxy

import "testing"

func TestPauseOfNoGoroutine(t *testing.T) {
	for _, test := range []struct {
		name      string
		off       bool
		body, got string
	}{
		{"none runs", false, `{"reason":"pause","allThreadsStopped":true}`, `{"reason":"pause","threadId":1,"allThreadsStopped":true}`},
		{"one runs", false, `{"reason":"pause","threadId":18}`, ``},
		{"another reason", false, `{"reason":"goto"}`, ``},
		{"no reason", false, `{"allThreadsStopped":true}`, ``},
		{"no object", false, `[]`, ``},
		{"without stitching", true, `{"reason":"pause"}`, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				cfg := family().config()
				cfg.NoStitch = test.off
				r, d := stacked(t, cfg, familyStacks())
				defer r.close()
				want := test.got
				if want == "" {
					want = test.body
				}
				d.mu.Lock()
				go func() {
					defer d.mu.Unlock()
					d.emit(`"type":"event","event":"stopped","body":%s}`, test.body)
				}()
				if e := r.client.event("stopped"); string(e.Body) != want {
					t.Errorf("got %s, want %s", e.Body, want)
				}
			})
		})
	}
}

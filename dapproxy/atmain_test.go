package dapproxy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dlvx/dlvx/stitch"
)

func TestStopOfNoGoroutine(t *testing.T) {
	for _, test := range []struct {
		name      string
		off       bool
		body, got string
	}{
		{"none runs", false, `{"reason":"pause","allThreadsStopped":true}`, `{"reason":"pause","threadId":1,"allThreadsStopped":true}`},
		{"one runs", false, `{"reason":"pause","threadId":18}`, ``},
		{
			"a deadlock", false,
			`{"reason":"exception","description":"fatal error","text":"x","hitBreakpointIds":[-2]}`,
			`{"reason":"exception","threadId":1,"description":"fatal error","text":"x","hitBreakpointIds":[-2]}`,
		},
		{"a breakpoint in C", false, `{"reason":"breakpoint","allThreadsStopped":true}`, ``},
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

// stopBy has Delve send a stopped event.
func stopBy(r *rig, d *fakeDelve, body string) {
	d.mu.Lock()
	go func() {
		defer d.mu.Unlock()
		d.emit(`"type":"event","event":"stopped","body":%s}`, body)
	}()
	r.client.event("stopped")
}

// TestExceptionOfNoGoroutine: what was said of it is said again when asked.
func TestExceptionOfNoGoroutine(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, d := stacked(t, family().config(), familyStacks())
		defer r.close()
		stopBy(r, d, `{"reason":"exception","description":"fatal error","text":"all asleep"}`)
		for _, test := range []struct{ arguments, want string }{
			{`{"threadId":1}`, `{"exceptionId":"fatal error","description":"all asleep","breakMode":""}`},
			{`{"threadId":18}`, `no runtime error found`},
		} {
			if a := r.client.call("exceptionInfo", test.arguments); !strings.Contains(string(a.Body), test.want) {
				t.Errorf("%s: got %s, want %s", test.arguments, a.Body, test.want)
			}
		}
		stopBy(r, d, `{"reason":"exception","description":"panic","text":"x","threadId":1}`)
		if a := r.client.call("exceptionInfo", `{"threadId":1}`); a.Success {
			t.Errorf("at another stop: got %s", a.Body)
		}
		d.mu.Lock()
		d.values["exceptionInfo"] = `{"exceptionId":"delve's"}`
		d.mu.Unlock()
		stopBy(r, d, `{"reason":"exception","description":"fatal error","text":"all asleep"}`)
		if a := r.client.call("exceptionInfo", `{"threadId":1}`); string(a.Body) != `{"exceptionId":"delve's"}` {
			t.Errorf("where Delve knows: got %s", a.Body)
		}
	})
}

// TestCrowdAtNoGoroutine: the goroutine that the client was told of is listed,
// however many others there are that have been waiting for longer.
func TestCrowdAtNoGoroutine(t *testing.T) {
	for _, test := range []struct {
		name string
		main bool // lives
		want []string
	}{
		{"main lives", true, []string{"* [Go 1] main.main · sync.WaitGroup.Wait 60s"}},
		{"main has exited", false, []string{"[Go 5] main.listen"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := crowdOf()
				c.halt = stitch.Halt{}
				if !test.main {
					c.goroutines = c.goroutines[1:]
					c.dead = map[int64]bool{1: true}
				}
				r, d := configured(t, c, `{"maxGoroutines":1,"groupGoroutines":false}`)
				defer r.close()
				stopBy(r, d, `{"reason":"pause","allThreadsStopped":true}`)
				got, _ := threadsOf(t, r)
				if d := cmp.Diff(test.want, got); d != "" {
					t.Error(d)
				}
				// Delve would look for a dead one among all that there are.
				if a := r.client.call("stackTrace", `{"threadId":1}`); a.Success || d.requests("stackTrace") != 0 {
					if !test.main {
						t.Errorf("the stack of goroutine 1: %s", a.Body)
					}
				}
			})
		})
	}
}

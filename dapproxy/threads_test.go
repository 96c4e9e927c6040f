package dapproxy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dlvx/dlvx/stitch"
)

// family18 is a program whose goroutine 18 has a chain, and whose goroutines do
// different things.
func family18() *fakeChains {
	c := family()
	c.states = func(ids []int64) (map[int64]stitch.State, error) {
		all := map[int64]stitch.State{
			1:  {Status: "running"},
			18: {Status: "waiting", Wait: "chan receive", For: 12*time.Second + 300*time.Millisecond},
			19: {Status: "waiting", Wait: `a "new" reason`},
			20: {Status: "syscall"},
			21: {Status: "waiting", Wait: "select", For: 3 * time.Minute},
			22: {Status: "waiting", Wait: "select"},
			24: {Status: "waiting", Wait: "select"},
			33: {Status: "waiting", Wait: "IO wait", For: 2 * time.Second},
		}
		some := map[int64]stitch.State{}
		for _, id := range ids {
			if s, ok := all[id]; ok {
				some[id] = s
			}
		}
		return some, nil
	}
	c.goroutines = []stitch.Goroutine{{ID: 33, Own: []stitch.Frame{
		{Func: "internal/poll.runtime_pollWait"}, {Func: "example.com/big/srv.(*S).accept"},
	}}}
	return c
}

const delvesThreads = `{"id":1,"name":"* [Go 1] main.main (Thread 7)"}, {"name":"[Go 18] main.work","id":18,"x":1},` +
	`{"id":19,"name":"[Go 19 tenant:<acme> \"x\"] main.lost"},{"id":20,"name":"[Go 20] os/signal.loop (Thread 9)"},` +
	`{"id":21,"name":"Unreadable goroutine: no"},{"id":22,"name":"[Go 2] main.other"},{"id":23,"name":"[Go 23] main.new"},` +
	`{"id":24,"name":"[Go 24 a[1]] pool.(*Pool[go.shape.struct { F []string \"x\" }]).work (Thread 3)"}`

const namedThreads = `{"id":1,"name":"* [Go 1] main.main (Thread 7)"}, {"name":"[Go 18] main.work · chan receive 12s","id":18,"x":1},` +
	`{"id":19,"name":"[Go 19 tenant:<acme> \"x\"] main.lost · a \"new\" reason"},{"id":20,"name":"[Go 20] os/signal.loop (Thread 9) · syscall"},` +
	`{"id":21,"name":"Unreadable goroutine: no"},{"id":22,"name":"[Go 2] main.other"},{"id":23,"name":"[Go 23] main.new"},` +
	`{"id":24,"name":"[Go 24 a[1]] pool.(*Pool[...]).work (Thread 3) · select"}`

func threadsBody(list string) string { return `{"threads":[` + list + `],"x":"<own>"}` }

func (d *fakeDelve) setThreads(list string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = list
}

func TestThreadNames(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, d := stacked(t, family18().config(), familyStacks())
		defer r.close()
		d.setThreads(delvesThreads)
		if diff := cmp.Diff(threadsBody(namedThreads), string(r.client.call("threads", `{}`).Body)); diff != "" {
			t.Error(diff)
		}
		for _, odd := range []string{``, `{"id":1}`, `{"id":"1","name":"[Go 1] x"}`, `{"id":18,"name":7}`, `7`, `{"id":18,"name":""}`} {
			d.setThreads(odd)
			if got := string(r.client.call("threads", `{}`).Body); got != threadsBody(odd) {
				t.Errorf("of %s came %s", odd, got)
			}
		}
		r.client.call("continue", `{}`)
		d.setThreads(delvesThreads)
		if got := string(r.client.call("threads", `{}`).Body); got != threadsBody(delvesThreads) {
			t.Errorf("while the target runs: %s", got)
		}
	})
}

func TestThreadNamesStayDelves(t *testing.T) {
	for name, change := range map[string]func(*fakeChains, *Config){
		"off":     func(_ *fakeChains, cfg *Config) { cfg.NoStitch = true },
		"nothing": func(_ *fakeChains, cfg *Config) { cfg.NewChains = nil },
		"none":    func(_ *fakeChains, cfg *Config) { cfg.NewChains = func(*Injector) Chains { return nil } },
		"error": func(c *fakeChains, _ *Config) {
			c.states = func([]int64) (map[int64]stitch.State, error) { return nil, errors.New("no such thing") }
		},
		"panic": func(c *fakeChains, _ *Config) {
			c.states = func([]int64) (map[int64]stitch.State, error) { panic("hostile memory") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := family18()
				cfg := c.config()
				change(c, &cfg)
				r, d := stacked(t, cfg, familyStacks())
				defer r.close()
				d.setThreads(delvesThreads)
				for range 2 {
					if got := string(r.client.call("threads", `{}`).Body); got != threadsBody(delvesThreads) {
						t.Errorf("got %s", got)
					}
				}
				if n := strings.Count(r.log.String(), "level=WARN"); n > 1 {
					t.Errorf("%d warnings:\n%s", n, r.log)
				}
			})
		})
	}
}

// TestThreadOrder: what is worth a look comes first, what only Delve knows of last.
func TestThreadOrder(t *testing.T) {
	const delves = `{"id":2,"name":"[Go 2] runtime.gopark"}, {"id":1,"name":"[Go 1] main.main"},{"name":"[Go 77] main.x","id":77},` +
		`{"id":8,"name":"[Go 8] main.work"},{"id":7,"name":"[Go 7] main.work"},{"id":11,"name":"* [Go 11] log.run (Thread 4)"}`
	bubble(t, func(t *testing.T) {
		c := crowd()
		c.states = func([]int64) (map[int64]stitch.State, error) {
			return map[int64]stitch.State{7: {Status: "waiting", Wait: "select"}}, nil
		}
		c.halt = stitch.Halt{Selected: 11, Hit: []int64{11}, Threads: map[int64]int{11: 4}}
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		d.setThreads(delves)
		want := `{"id":11,"name":"* [Go 11] log.run (Thread 4)"}, {"id":1,"name":"[Go 1] main.main"},{"id":7,"name":"[Go 7] main.work · select"},` +
			`{"id":8,"name":"[Go 8] main.work"},{"id":2,"name":"[Go 2] runtime.gopark"},{"name":"[Go 77] main.x","id":77}`
		if diff := cmp.Diff(threadsBody(want), string(r.client.call("threads", `{}`).Body)); diff != "" {
			t.Error(diff)
		}
	})
	bubble(t, func(t *testing.T) {
		c := crowd()
		c.far = true
		c.overview = func(context.Context) error { return errors.ErrUnsupported }
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		d.setThreads(delves)
		if diff := cmp.Diff(threadsBody(delves), string(r.client.call("threads", `{}`).Body)); diff != "" {
			t.Errorf("of a target elsewhere: %s", diff)
		}
	})
}

func TestFocus(t *testing.T) {
	for _, off := range []bool{false, true} {
		t.Run(fmt.Sprintf("off=%t", off), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := family18()
				cfg := c.config()
				cfg.NoStitch = off
				r, d := stacked(t, cfg, familyStacks())
				defer r.close()
				d.setThreads(`{"id":18,"name":"[Go 18] main.work"}`)
				for range 2 {
					seq := r.client.request("dlvx/focus", `{"goroutine":33}`)
					if a := r.client.next(); a.RequestSeq != seq || !a.Success || a.Body != nil {
						t.Fatalf("got %+v", a)
					}
					want := `{"reason":"goroutine","description":"Paused","threadId":33,"allThreadsStopped":true}`
					if e := r.client.next(); e.Event != "stopped" || string(e.Body) != want {
						t.Fatalf("got %+v %s", e, e.Body)
					}
				}
				if !cmp.Equal(c.primed, []int64{33, 33}) {
					t.Errorf("primed for %v", c.primed)
				}
				want := `{"id":33,"name":"[Go 33] srv.(*S).accept · IO wait 2s"},{"id":18,"name":"[Go 18] main.work · chan receive 12s"}`
				if off {
					want = `{"id":18,"name":"[Go 18] main.work"},{"id":33,"name":"[Go 33] srv.(*S).accept"}`
				}
				if got := string(r.client.call("threads", `{}`).Body); got != threadsBody(want) {
					t.Errorf("got %s, want %s", got, want)
				}
				d.setThreads(`{"id":33,"name":"x"}`)
				if got := string(r.client.call("threads", `{}`).Body); got != threadsBody(`{"id":33,"name":"x"}`) {
					t.Errorf("one that Delve lists came twice: %s", got)
				}
				d.setThreads(``)
				r.client.request("next", `{}`)
				r.client.event("stopped")
				if got := string(r.client.call("threads", `{}`).Body); got != threadsBody(``) {
					t.Errorf("at the next stop it is still there: %s", got)
				}
			})
		})
	}
}

func TestToggle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, d := stacked(t, family18().config(), familyStacks())
		defer r.close()
		d.setThreads(delvesThreads)
		r.client.call("initialize", `{"supportsInvalidatedEvent":true}`)
		own, all := familyStacks()[18], r.stack(18, 0, 20)
		for _, on := range []bool{false, true, false} {
			a := r.client.call("dlvx/stitch", fmt.Sprintf(`{"enabled":%t}`, on))
			if want := fmt.Sprintf(`{"enabled":%t}`, on); string(a.Body) != want {
				t.Errorf("got %s, want %s", a.Body, want)
			}
			if e := r.client.next(); e.Event != "invalidated" || string(e.Body) != `{"areas":["threads","stacks"]}` {
				t.Errorf("got %+v %s", e, e.Body)
			}
			names, threads := own, delvesThreads
			if on {
				names, threads = all.names(), namedThreads
			}
			if diff := cmp.Diff(names, r.stack(18, 0, 20).names()); diff != "" {
				t.Errorf("on=%t: %s", on, diff)
			}
			if got := string(r.client.call("threads", `{}`).Body); got != threadsBody(threads) {
				t.Errorf("on=%t: threads are %s", on, got)
			}
		}
		for _, same := range []string{`{}`, `{"enabled":false}`, `{"enabled":null}`, `null`} {
			if a := r.client.call("dlvx/stitch", same); string(a.Body) != `{"enabled":false}` {
				t.Errorf("%s gets %s", same, a.Body)
			}
		}
		// While the target runs nothing that the client has is out of date.
		r.client.call("continue", `{}`)
		r.client.call("dlvx/stitch", `{"enabled":true}`)
		if a := r.client.after("threads"); a.Type != "response" {
			t.Errorf("got %+v", a)
		}
	})
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, family18().config(), familyStacks())
		defer r.close()
		r.client.call("dlvx/stitch", `{"enabled":false}`)
		if a := r.client.after("threads"); a.Type != "response" {
			t.Errorf("a client that does not know the event gets %+v", a)
		}
	})
}

// after sends a request and returns the first message that comes after it.
func (e *end) after(command string) reply {
	e.t.Helper()
	e.request(command, `{}`)
	return e.next()
}

package dapproxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dlvx/dlvx/stitch"
)

// threadsOf asks for the threads and returns their names, and what the user was
// told meanwhile.
func threadsOf(t *testing.T, r *rig) (names []string, told string) {
	t.Helper()
	r.client.request("threads", `{}`)
	for {
		switch m := r.client.next(); {
		case m.Event == "output":
			var body struct{ Output string }
			if err := json.Unmarshal(m.Body, &body); err != nil {
				t.Fatal(err)
			}
			told += body.Output
		case m.Command == "threads":
			var body struct {
				Threads []struct {
					ID   int `json:"id"`
					Name string
				}
			}
			if err := json.Unmarshal(m.Body, &body); err != nil || !m.Success {
				t.Fatalf("%v in %s", err, m.Body)
			}
			for _, th := range body.Threads {
				name := th.Name
				if own := fmt.Sprintf("[Go %d", th.ID); !strings.Contains(name, own) {
					name += " (its id is " + own + ")"
				}
				names = append(names, name)
			}
			return names, told
		}
	}
}

// crowdOf is the program crowd at a breakpoint of 5.
func crowdOf() *fakeChains {
	c := crowd()
	c.halt = stitch.Halt{Selected: 5, Hit: []int64{5}, Threads: map[int64]int{5: 4711}}
	return c
}

// configured starts a session with launch attributes.
func configured(t *testing.T, c *fakeChains, attributes string) (*rig, *fakeDelve) {
	t.Helper()
	r, d := stacked(t, c.config(), familyStacks())
	d.setThreads(`{"id":1,"name":"[Go 1] delve's"}`)
	if a := r.client.call("attach", attributes); !a.Success {
		t.Fatalf("attach: %s", a.Body)
	}
	r.client.request("stop", `{}`)
	r.client.event("stopped")
	return r, d
}

func TestCrowdThreads(t *testing.T) {
	const (
		listen = "* [Go 5] main.listen (Thread 4711)"
		one    = "[Go 1] main.main · sync.WaitGroup.Wait 60s"
		logger = "[Go 11] log.(*L).run · select 30s"
		seven  = "[Go 7] main.work · chan receive 12s"
		eight  = "[Go 8] main.work · chan receive 5s"
		nine   = "[Go 9] main.work · chan send"
		gc     = "[Go 2] runtime.gopark · force gc (idle) 90s"
	)
	for _, test := range []struct {
		attributes string
		want       []string
		told       string
	}{
		{`{"maxGoroutines":6}`, []string{listen, one, "[Go 7] main.work ×2 · chan receive 12s", nine, logger, gc}, "7 goroutines: those with equal"},
		{`{"maxGoroutines":3}`, []string{listen, one, "[Go 7] main.work ×2 · chan receive 12s"}, "3 of 7 goroutines are not"},
		{`{"maxGoroutines":6,"groupGoroutines":false}`, []string{listen, one, seven, eight, nine, logger}, "1 of 7 goroutines are not"},
		{`{"groupGoroutines":true}`, []string{listen, one, "[Go 7] main.work ×2 · chan receive 12s", nine, logger, gc}, "7 goroutines: those with equal"},
		{`{"maxGoroutines":6,"hideSystemGoroutines":true}`, []string{listen, one, seven, eight, nine, logger}, ""},
		{`{"maxGoroutines":1,"goroutineFilters":"-with label tenant=acme"}`, []string{listen}, "1 of 2 goroutines are not"},
		{`{"maxGoroutines":2,"goroutineFilters":"-w label tenant=acme","showPprofLabels":["tenant"]}`, []string{listen, "[Go 7 acme] main.work · chan receive 12s"}, ""},
		{`{"maxGoroutines":2,"goroutineFilters":"-w userloc main.go:42","showPprofLabels":["*"]}`, []string{listen, nine}, ""},
		{`{"maxGoroutines":6,"goroutineFilters":"-wo user"}`, []string{listen, gc}, ""},
		{`{"maxGoroutines":6,"goroutineFilters":"-with nonsense"}`, []string{listen, one, "[Go 7] main.work ×2 · chan receive 12s", nine, logger, gc}, `"goroutineFilters" is not used: wrong argument: '-with'`},
		{`{}`, []string{"[Go 1] delve's"}, ""},
		{`{"maxGoroutines":7}`, []string{"[Go 1] delve's"}, ""},
		{`{"maxGoroutines":3,"stitch":false}`, []string{"[Go 1] delve's"}, ""},
	} {
		t.Run(test.attributes, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r, _ := configured(t, crowdOf(), test.attributes)
				defer r.close()
				got, told := threadsOf(t, r)
				if d := cmp.Diff(test.want, got); d != "" {
					t.Error(d)
				}
				if !strings.Contains(told, test.told) || (told == "") != (test.told == "") {
					t.Errorf("the user was told %q", told)
				}
				if _, told := threadsOf(t, r); told != "" {
					t.Errorf("told again: %q", told)
				}
			})
		})
	}
}

// TestCrowdThreadsAreDelves where they cannot be had otherwise.
func TestCrowdThreadsAreDelves(t *testing.T) {
	for name, change := range map[string]func(*fakeChains){
		"far":   func(c *fakeChains) { c.far = true },
		"error": func(c *fakeChains) { c.overview = func(context.Context) error { return errors.New("no memory") } },
		"panic": func(c *fakeChains) { c.overview = func(context.Context) error { panic("hostile memory") } },
		"unsupported": func(c *fakeChains) {
			c.overview = func(context.Context) error { return errors.ErrUnsupported }
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := crowdOf()
				change(c)
				r, _ := configured(t, c, `{"maxGoroutines":3}`)
				defer r.close()
				got, told := threadsOf(t, r)
				if d := cmp.Diff([]string{"[Go 1] delve's"}, got); d != "" || told != "" {
					t.Errorf("%s, told %q", d, told)
				}
			})
		})
	}
}

// TestCrowdThreadsResumed: a look at all goroutines does not keep the target.
func TestCrowdThreadsResumed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowdOf()
		looking := make(chan bool)
		c.overview = func(ctx context.Context) error {
			looking <- true
			<-ctx.Done()
			return ctx.Err()
		}
		r, _ := configured(t, c, `{"maxGoroutines":3}`)
		defer r.close()
		r.client.request("threads", `{}`)
		<-looking
		r.client.request("continue", `{}`)
		answers := map[string]bool{}
		for len(answers) < 2 {
			a := r.client.next()
			answers[a.Command] = a.Success
		}
		if !answers["threads"] || !answers["continue"] {
			t.Errorf("answered were %v", answers)
		}
	})
}

// TestCrowdFocused: who the client has asked for comes first, whatever the filters
// say.
func TestCrowdFocused(t *testing.T) {
	for attributes, id := range map[string]int{
		`{"maxGoroutines":2}`: 9,
		`{"maxGoroutines":2,"goroutineFilters":"-with label no=such"}`: 9,
		`{"maxGoroutines":2,"hideSystemGoroutines":true}`:              2,
	} {
		bubble(t, func(t *testing.T) {
			r, _ := configured(t, crowdOf(), attributes)
			defer r.close()
			r.client.call("dlvx/focus", fmt.Sprintf(`{"goroutine":%d}`, id))
			got, _ := threadsOf(t, r)
			want := map[int]string{9: "[Go 9] main.work · chan send", 2: "[Go 2] runtime.gopark · force gc (idle) 90s"}[id]
			if !slices.Contains(got, want) || !slices.Contains(got, "* [Go 5] main.listen (Thread 4711)") {
				t.Errorf("%s: the threads are %q", attributes, got)
			}
		})
	}
}

// TestCrowdWithoutRoom: who is not listed for want of room lives all the same.
func TestCrowdWithoutRoom(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowdOf()
		c.halt.Hit = nil
		r, _ := configured(t, c, `{"maxGoroutines":1}`)
		defer r.close()
		r.client.call("dlvx/focus", `{"goroutine":9}`)
		got, _ := threadsOf(t, r)
		if d := cmp.Diff([]string{"[Go 9] main.work · chan send"}, got); d != "" {
			t.Error(d)
		}
	})
}

// TestCrowdExiting: the goroutine that the debugger is at may be one no more.
func TestCrowdExiting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowdOf()
		c.halt = stitch.Halt{Selected: 99, Threads: map[int64]int{99: 4711}}
		r, _ := configured(t, c, `{"maxGoroutines":1}`)
		defer r.close()
		got, _ := threadsOf(t, r)
		if d := cmp.Diff([]string{"* [Go 99] exiting (Thread 4711)", "[Go 5] main.listen"}, got); d != "" {
			t.Error(d)
		}
	})
}

func TestWrongCrowdAttributes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, crowdOf().config(), nil)
		defer r.close()
		for _, attributes := range []string{`{"maxGoroutines":0}`, `{"maxGoroutines":"all"}`, `{"groupGoroutines":1}`} {
			if a := r.client.call("attach", attributes); a.Success {
				t.Errorf("%s was accepted", attributes)
			}
		}
		for _, attributes := range []string{`{"maxGoroutines":null,"groupGoroutines":null}`, `{"goroutineFilters":7,"showPprofLabels":"x"}`} {
			if a := r.client.call("attach", attributes); !a.Success {
				t.Errorf("%s: %s", attributes, a.Body)
			}
		}
	})
}

func TestParseThreadFilter(t *testing.T) {
	for text, want := range map[string]threadFilter{
		"":                                  nil,
		"-t -l -u  -s":                      nil,
		"-t 5 -with user":                   {{field: "user"}},
		"-w label a=b -without curloc x.go": {{"label", "a=b", false}, {"curloc", "x.go", true}},
		"-group label k -wo running":        {{"running", "", true}},
		"-chan c -exec p 1":                 nil,
	} {
		got, err := parseThreadFilter(text)
		if d := cmp.Diff(want, got, cmp.AllowUnexported(threadCondition{})); err != nil || d != "" {
			t.Errorf("%q: %v %s", text, err, d)
		}
	}
	for _, text := range []string{"x", "-with", "-with goloc", "-w x y", "-group", "-group label", "-chan"} {
		if _, err := parseThreadFilter(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

// TestStackOfTheDead: Delve is not asked for what it would look for in vain.
func TestStackOfTheDead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := family18()
		c.dead = map[int64]bool{88: true}
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		for range 2 {
			a := r.client.call("stackTrace", `{"threadId":88}`)
			want := `{"error":{"id":2004,"format":"Unable to produce stack trace: unknown goroutine 88","showUser":false}}`
			if a.Success || a.Message != "Unable to produce stack trace" || !strings.HasPrefix(string(a.Body), want[:len(want)-20]) {
				t.Errorf("answered by %+v %s", a, a.Body)
			}
		}
		if n := d.requests("stackTrace"); n != 0 {
			t.Errorf("Delve was asked %d times", n)
		}
		r.stack(18, 0, 1)
		r.stack(18, 1, 20)
		r.stack(1, 0, 20)
		if d := cmp.Diff([]int64{88, 88, 18}, c.primed); d != "" {
			t.Errorf("looked for (the stop's own goroutine is 1): %s", d)
		}
		c.findErr = errors.New("no memory")
		if a := r.client.call("stackTrace", `{"threadId":77}`); a.Success || d.requests("stackTrace") == 0 {
			t.Errorf("what cannot be looked for is for Delve to answer: %+v", a)
		}
	})
}

func TestConsole(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, d := configured(t, crowdOf(), `{}`)
		defer r.close()
		evaluate := func(expr string) reply {
			t.Helper()
			return r.client.call("evaluate", fmt.Sprintf(`{"expression":%q,"context":"repl"}`, expr))
		}
		if a := evaluate(" dlvx  goroutine 9 "); !a.Success || !strings.Contains(string(a.Body), "goroutine 9 is shown") {
			t.Errorf("got %+v %s", a, a.Body)
		}
		if e := r.client.next(); e.Event != "stopped" || !strings.Contains(string(e.Body), `"reason":"goroutine","description":"Paused","threadId":9`) {
			t.Errorf("got %+v %s", e, e.Body)
		}
		if got, _ := threadsOf(t, r); !cmp.Equal(got, []string{"[Go 9] main.work", "[Go 1] delve's"}) {
			t.Errorf("the threads are %q", got)
		}
		if a := evaluate("dlvx help"); !a.Success || !strings.Contains(string(a.Body), "dlvx goroutine 18") {
			t.Errorf("got %+v %s", a, a.Body)
		}
		for expr, want := range map[string]string{
			"dlvx goroutine":    "followed by the goroutine's number",
			"dlvx goroutine -1": "followed by the goroutine's number",
			"dlvx goroutine 88": "there is no goroutine 88",
			"dlvx stack":        `no command \"stack\"`,
		} {
			if a := evaluate(expr); a.Success || !strings.Contains(string(a.Body), want) {
				t.Errorf("%s: %+v %s", expr, a, a.Body)
			}
		}
		if n := d.requests("evaluate"); n != 0 {
			t.Errorf("Delve was asked %d times", n)
		}
		for _, expr := range []string{"dlvx", "dlvxgoroutine 9", "x + dlvx goroutine 9", "dlv help"} {
			if a := evaluate(expr); !a.Success {
				t.Errorf("%s: %+v %s", expr, a, a.Body)
			}
		}
		if a := r.client.call("evaluate", `{"expression":"dlvx goroutine 9","context":"watch"}`); !a.Success || d.requests("evaluate") != 5 {
			t.Errorf("as a watch: %+v %s", a, a.Body)
		}
		r.client.call("continue", `{}`)
		if a := evaluate("dlvx goroutine 9"); a.Success || !strings.Contains(string(a.Body), "pause it first") {
			t.Errorf("while the program runs: %+v %s", a, a.Body)
		}
	})
}

package dapproxy

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/stitch"
)

// format returns what an error response says.
func (r reply) format(t *testing.T) string {
	t.Helper()
	var b struct{ Error struct{ Format string } }
	if r.Success || json.Unmarshal(r.Body, &b) != nil {
		t.Fatalf("%s: want an error, got %+v", r.Command, r)
	}
	return b.Error.Format
}

func (r *rig) wantError(command, arguments, text string) {
	r.client.t.Helper()
	if got := r.client.call(command, arguments).format(r.client.t); !strings.Contains(got, text) {
		r.client.t.Errorf("%s %s: error %q, want %q", command, arguments, got, text)
	}
}

func (r *rig) wantBody(command, arguments, text string) {
	r.client.t.Helper()
	if a := r.client.call(command, arguments); !a.Success || !strings.Contains(string(a.Body), text) {
		r.client.t.Errorf("%s %s: %v %s, want %q", command, arguments, a.Success, a.Body, text)
	}
}

func TestLiveFrameIsInspectable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := family()
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		id := r.stack(18, 0, 20).find(t, "main.main").ID
		r.wantBody("scopes", fmt.Sprintf(`{"frameId":%d}`, id), "Locals of 1/2")
		r.wantBody("evaluate", fmt.Sprintf(`{"expression":"x","frameId":%d}`, id), "x in 1/2")
		r.wantBody("evaluate", fmt.Sprintf(`{"frameId":%d,"expression":"dlv x 0x10"}`, id), "dlv x 0x10 in 1/2")
		r.wantBody("evaluate", fmt.Sprintf(`{"expression":"dlv config -list","frameId":%d}`, id), "dlv config -list in selected")
		r.wantError("evaluate", fmt.Sprintf(`{"expression":" call f()","frameId":%d}`, id), "topmost frame only")

		// The spawner does not stand where the record says: never its locals.
		d.mu.Lock()
		d.stacks[1][2] = "main.other"
		d.mu.Unlock()
		r.wantBody("scopes", fmt.Sprintf(`{"frameId":%d}`, id), "Spawn")
		r.wantError("evaluate", fmt.Sprintf(`{"expression":"x","frameId":%d}`, id),
			"main.main is a recorded frame of goroutine 1: that call may have returned; only its position is known")
		d.mu.Lock()
		delete(d.stacks, 1)
		d.mu.Unlock()
		r.wantBody("scopes", fmt.Sprintf(`{"frameId":%d}`, id), "Spawn")
	})
}

func TestRecordedFrame(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := family()
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		b := r.stack(18, 0, 20)
		id := b.find(t, "pool.(*Pool).start").ID
		r.wantBody("scopes", fmt.Sprintf(`{"frameId":%d}`, id), fmt.Sprintf(`{"name":"Spawn","variablesReference":%d,"namedVariables":4,"expensive":false}`, id))
		var vars struct {
			Variables []struct{ Name, Value string }
		}
		if err := json.Unmarshal(r.client.call("variables", fmt.Sprintf(`{"variablesReference":%d}`, id)).Body, &vars); err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprint(vars.Variables), "[{goroutine 7} {state exited} {provenance label} {created at /src/main.go:40 (pool.(*Pool).start)}]"; got != want {
			t.Errorf("scope Spawn is %s, want %s", got, want)
		}
		r.wantBody("variables", fmt.Sprintf(`{"variablesReference":%d,"filter":"indexed"}`, id), `{"variables":[]}`)
		r.wantError("evaluate", fmt.Sprintf(`{"expression":"x","frameId":%d,"context":"hover"}`, id),
			"pool.(*Pool).start is a recorded frame of goroutine 7, which has exited: its variables are gone")
		r.wantError("setVariable", fmt.Sprintf(`{"variablesReference":%d,"name":"goroutine","value":"8"}`, id), "cannot be set")

		sep := b.find(t, "created by goroutine 7 (exited)").ID
		r.wantBody("scopes", fmt.Sprintf(`{"frameId":%d}`, sep), "Spawn")
		r.wantError("evaluate", fmt.Sprintf(`{"expression":"x","frameId":%d}`, sep), "no frame: select one below it")

		if n := d.requests("evaluate") + d.requests("scopes") + d.requests("variables") + d.requests("setVariable"); n != 0 {
			t.Errorf("%d requests about added frames reached Delve", n)
		}
		// Delve's own are its own.
		r.wantBody("evaluate", `{"expression":"y"}`, "y in selected")
		r.wantError("scopes", `{"frameId":7}`, "unknown frame id 7")
	})
}

func TestIDsEndWithTheStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := family()
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		seen := map[int]bool{}
		for range 3 {
			var ids []int
			for _, f := range r.stack(18, 0, 20).StackFrames {
				if f.ID < firstID {
					continue
				}
				if seen[f.ID] {
					t.Fatalf("id %d is used again", f.ID)
				}
				seen[f.ID] = true
				ids = append(ids, f.ID)
			}
			// A request that fails to resume ends nothing.
			if a := r.client.call("stepBack", `{}`); a.Success {
				t.Fatal("stepBack succeeded")
			}
			r.wantBody("scopes", fmt.Sprintf(`{"frameId":%d}`, ids[0]), "Spawn")

			r.client.call("continue", `{}`)
			r.wantError("scopes", fmt.Sprintf(`{"frameId":%d}`, ids[0]), "the program is running")
			r.client.request("stop", `{}`)
			r.client.event("stopped")
			for _, id := range ids {
				r.wantError("scopes", fmt.Sprintf(`{"frameId":%d}`, id), "earlier stop")
				r.wantError("evaluate", fmt.Sprintf(`{"expression":"x","frameId":%d}`, id), "earlier stop")
				r.wantError("variables", fmt.Sprintf(`{"variablesReference":%d}`, id), "earlier stop")
				r.wantError("setVariable", fmt.Sprintf(`{"variablesReference":%d,"name":"a","value":"b"}`, id), "earlier stop")
			}
			r.wantError("scopes", `{"frameId":2147483647}`, "earlier stop")
		}
		if n := d.requests("scopes") + d.requests("evaluate"); n != 0 {
			t.Errorf("%d requests about old frames reached Delve", n)
		}
	})
}

// A call in the target lets it run, and Delve tells nobody.
func TestCallsEndTheStop(t *testing.T) {
	for _, c := range []struct {
		command, arguments string
		ends               bool
	}{
		{"evaluate", `{"expression":"call f()"}`, true},
		{"evaluate", `{"expression":"callme"}`, false},
		{"setVariable", `{"variablesReference":1000,"name":"s","value":"\"new\""}`, true},
		{"setVariable", `{"variablesReference":1000,"name":"s","value":"t"}`, true},
		{"setVariable", `{"variablesReference":1000,"name":"n","value":"-0x10"}`, false},
		{"setVariable", `{"variablesReference":1000,"name":"n","value":"nil"}`, false},
	} {
		bubble(t, func(t *testing.T) {
			chains := family()
			r, _ := stacked(t, chains.config(), familyStacks())
			defer r.close()
			id := r.stack(18, 0, 20).find(t, "main.setup").ID
			if a := r.client.call(c.command, c.arguments); !a.Success {
				t.Fatalf("%s failed", c.command)
			}
			a := r.client.call("scopes", fmt.Sprintf(`{"frameId":%d}`, id))
			if a.Success == c.ends {
				t.Errorf("%s %s: frame still known: %v, want %v", c.command, c.arguments, a.Success, !c.ends)
			}
			r.stack(18, 0, 20) // works in any case
			want := 1
			if c.ends {
				want = 2
			}
			if chains.count() != want || chains.resets != want-1 {
				t.Errorf("%s %s: %d chains read and %d resets, want %d and %d", c.command, c.arguments, chains.count(), chains.resets, want, want-1)
			}
		})
	}
}

// TestCallInvalidates: a client that wants to know is told, after the answer, that
// the frames which it shows are of the stop before.
func TestCallInvalidates(t *testing.T) {
	for _, c := range []struct {
		command, arguments string
		told               bool
	}{
		{"evaluate", `{"expression":"call f()"}`, true},
		{"evaluate", `{"expression":"dlv target switch 7"}`, true},
		{"evaluate", `{"expression":"f"}`, false},
		{"setVariable", `{"variablesReference":1000,"name":"s","value":"t"}`, false}, // Delve tells
	} {
		bubble(t, func(t *testing.T) {
			r, _ := stacked(t, family().config(), familyStacks())
			defer r.close()
			r.client.call("initialize", `{"supportsInvalidatedEvent":true}`)
			next := func() reply {
				r.client.call(c.command, c.arguments)
				r.client.request("scopes", `{"frameId":1}`)
				return r.client.next()
			}
			if m := next(); m.Event != "" {
				t.Errorf("%s: told of frames that were never shown: %s", c.arguments, m.Body)
			}
			r.stack(18, 0, 20)
			m := next()
			if told := m.Event == "invalidated" && string(m.Body) == `{"areas":["threads","stacks"]}`; told != c.told {
				t.Errorf("%s is followed by %+v %s", c.arguments, m, m.Body)
			}
			if c.told {
				r.client.next() // the answer to scopes
			}
			r.stack(18, 0, 20)
		})
	}
}

func TestSpawnerWithoutNumber(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &fakeChains{chains: map[int64]stitch.Chain{5: {Links: []stitch.Link{{
			Provenance: stitch.Ancestors, Frames: []stitch.Frame{{Func: "main.a", Live: -1}},
		}}}}}
		r, _ := stacked(t, c.config(), map[int][]string{5: {"main.b", "runtime.goexit"}})
		defer r.close()
		id := r.stack(5, 0, 20).find(t, "main.a").ID
		r.wantError("evaluate", fmt.Sprintf(`{"expression":"x","frameId":%d}`, id), "whose number was not kept")
		r.wantBody("variables", fmt.Sprintf(`{"variablesReference":%d}`, id), `"goroutine","value":"not known"`)
	})
}

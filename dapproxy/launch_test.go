package dapproxy

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type fakeRecorder struct {
	got     []Launch
	p       Prepared
	err     error
	forever bool // until ctx is done
}

func (f *fakeRecorder) Prepare(ctx context.Context, l Launch) (Prepared, error) {
	f.got = append(f.got, l)
	if f.forever {
		<-ctx.Done()
		return Prepared{}, ctx.Err()
	}
	return f.p, f.err
}

// launched sends a launch and returns the arguments that reach Delve.
func launched(t *testing.T, r *rig, arguments string) string {
	t.Helper()
	r.client.request("launch", arguments)
	return string(r.delve.next().Arguments)
}

func TestLaunchMergesTheRecording(t *testing.T) {
	const tool = `-toolexec=/home/u/my tools/x`
	for _, c := range []struct{ name, in, want string }{
		{"nothing given", `{"program":"."}`, `{"env":{"GODEBUG":"a=1"},"buildFlags":["` + tool + `"],"program":"."}`},
		{"string", `{"program":".","buildFlags":"-tags 'a b'"}`, `{"env":{"GODEBUG":"a=1"},"program":".","buildFlags":"-tags 'a b' '` + tool + `'"}`},
		{"empty string", `{"program":".","buildFlags":""}`, `{"env":{"GODEBUG":"a=1"},"program":".","buildFlags":"'` + tool + `'"}`},
		{"array", `{"mode":"test","program":".","buildFlags":["-tags","a b"],"env":{"A":"<1>","B":null}}`, `{"mode":"test","program":".","buildFlags":["-tags","a b","` + tool + `"],"env":{"A":"\u003c1\u003e","B":null,"GODEBUG":"a=1"}}`},
		{"null", `{"program":".","buildFlags":null,"env":null,"x":{"buildFlags":1}}`, `{"program":".","buildFlags":["` + tool + `"],"env":{"GODEBUG":"a=1"},"x":{"buildFlags":1}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				rec := &fakeRecorder{p: Prepared{Flags: []string{tool}, Env: map[string]string{"GODEBUG": "a=1"}}}
				r := newRig(t, Config{Recorder: rec})
				defer r.close()
				got := launched(t, r, c.in)
				var gotAny, wantAny any
				if err := json.Unmarshal([]byte(got), &gotAny); err != nil {
					t.Fatalf("%s: %v", got, err)
				}
				_ = json.Unmarshal([]byte(c.want), &wantAny)
				if d := cmp.Diff(wantAny, gotAny); d != "" {
					t.Errorf("%s became %s: %s", c.in, got, d)
				}
			})
		})
	}
}

func TestLaunchTellsTheRecorder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		rec := &fakeRecorder{p: Prepared{Note: "cannot record:\nold Go"}}
		r := newRig(t, Config{Recorder: rec})
		defer r.close()
		r.client.request("launch", `{"record":"label","program":"./x","dlvCwd":"/d","buildFlags":"-a '-b c'","env":{"A":"1","B":null}}`)
		note := r.client.next()
		if note.Event != "output" || string(note.Body) != `{"category":"console","output":"cannot record: old Go\n"}` {
			t.Errorf("note is %s", note.Body)
		}
		r.delve.next()
		one := "1"
		want := []Launch{{
			Mode: "debug", Record: "label", Ancestors: 10, Program: "./x", Dir: "/d",
			BuildFlags: []string{"-a", "-b c"}, Env: map[string]*string{"A": &one, "B": nil},
		}}
		if d := cmp.Diff(want, rec.got); d != "" {
			t.Error(d)
		}
	})
}

// Launches that have nothing to record go through as they are.
func TestLaunchUntouched(t *testing.T) {
	for _, args := range []string{
		`{"program":".","noDebug":true}`,
		`{"program":"./x","mode":"exec","record":"off"}`,
		`{"program":"./x","mode":"core"}`,
		`{"mode":"debug"}`,
		`{"program":".","record":"off"}`,
		`{"program":".","stitch":false}`,
		`{"program":".","buildFlags":7}`,
		`{"program":".","buildFlags":[7]}`,
		`{"program":".","env":["A=1"]}`,
		`{"program":7}`,
		`[1]`, `null`, `"x"`,
	} {
		bubble(t, func(t *testing.T) {
			rec := &fakeRecorder{p: Prepared{Flags: []string{"-x"}}}
			r := newRig(t, Config{Recorder: rec})
			defer r.close()
			if got := launched(t, r, args); got != args {
				t.Errorf("%s became %s", args, got)
			}
			if len(rec.got) != 0 {
				t.Errorf("%s: the recorder was asked", args)
			}
		})
	}
}

func TestLaunchOfABinary(t *testing.T) {
	for args, want := range map[string]int{
		`{"program":"./x","mode":"exec","dlvCwd":"/d"}`:                 10,
		`{"program":"./x","mode":"exec","dlvCwd":"/d","ancestors":3}`:   3,
		`{"program":"./x","mode":"exec","dlvCwd":"/d","ancestors":0}`:   0,
		`{"program":"./x","mode":"exec","dlvCwd":"/d","ancestors":-1}`:  -1,
		`{"program":"./x","mode":"exec","dlvCwd":"/d","ancestors":"5"}`: -1,
	} {
		bubble(t, func(t *testing.T) {
			rec := &fakeRecorder{p: Prepared{Env: map[string]string{"GODEBUG": "a=1"}}}
			r := newRig(t, Config{Recorder: rec})
			defer r.close()
			if want < 0 {
				if got := r.client.call("launch", args); got.Success || !strings.Contains(string(got.Body), `\"ancestors\" is`) {
					t.Errorf("%s: client got %s", args, got.Body)
				}
				return
			}
			if got := launched(t, r, args); !strings.Contains(got, `"env":{"GODEBUG":"a=1"}`) || strings.Contains(got, "buildFlags") {
				t.Errorf("%s became %s", args, got)
			}
			l := Launch{Mode: "exec", Record: "auto", Ancestors: want, Program: "./x", Dir: "/d"}
			if d := cmp.Diff([]Launch{l}, rec.got); d != "" {
				t.Error(d)
			}
		})
	}
}

// NoStitch says what holds where a request does not.
func TestNoStitch(t *testing.T) {
	for _, c := range []struct {
		request, args string
		stitched      bool
	}{
		{"launch", `{"program":"."}`, false},
		{"launch", `{"program":".","stitch":null}`, false},
		{"launch", `{"program":".","mode":"core","stitch":true}`, true},
		{"attach", `{"processId":1}`, false},
		{"attach", `{"processId":1,"stitch":true}`, true},
	} {
		bubble(t, func(t *testing.T) {
			chains, rec := family(), &fakeRecorder{p: Prepared{Flags: []string{"-x"}}}
			cfg := chains.config()
			cfg.NoStitch, cfg.Recorder = true, rec
			r, d := stacked(t, cfg, familyStacks())
			defer r.close()
			r.stack(18, 0, 20)
			if chains.count() != 0 {
				t.Error("a chain was read before any request")
			}
			r.client.call(c.request, c.args)
			r.client.request("stop", `{}`)
			r.client.event("stopped")
			r.stack(18, 0, 20)
			if got := chains.count() != 0; got != c.stitched {
				t.Errorf("%s %s: stitched is %t", c.request, c.args, got)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if want := c.request + " " + c.args; !slices.Contains(d.log, want) || len(rec.got) != 0 {
				t.Errorf("Delve got %q, want %s among it", d.log, want)
			}
		})
	}
}

func TestLaunchWithoutRecording(t *testing.T) {
	bubble(t, func(t *testing.T) {
		rec := &fakeRecorder{err: errors.New("no go command")}
		r := newRig(t, Config{Recorder: rec})
		defer r.close()
		const args = `{"program":"."}`
		r.client.request("launch", args)
		if note := r.client.next(); !strings.Contains(string(note.Body), "does not record its spawns: no go command") {
			t.Errorf("note is %s", note.Body)
		}
		if got := string(r.delve.next().Arguments); got != args {
			t.Errorf("%s became %s", args, got)
		}
		// Who asks for a label wants one.
		r.wantError("launch", `{"program":".","record":"label"}`, `cannot record spawns ("record" is "label"): no go command`)
	})
}

// A disconnect gets through while a launch is being prepared.
func TestDisconnectAbandonsALaunch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, Config{Recorder: &fakeRecorder{forever: true}})
		defer r.close()
		launch := r.client.request("launch", `{"program":"."}`)
		r.client.request("disconnect", `{}`)
		if a := r.client.next(); a.Success || a.RequestSeq != launch {
			t.Errorf("got %+v, want a failed launch", a)
		}
		if got := r.delve.next().Command; got != "disconnect" {
			t.Errorf("Delve got %q", got)
		}
	})
}

func TestClientVanishesDuringALaunch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, Config{Recorder: &fakeRecorder{forever: true}})
		r.client.request("launch", `{"program":"."}`)
		r.client.conn.Close()
		r.delve.expect("")
		if err := <-r.result; err != nil {
			t.Errorf("Serve: %v", err)
		}
		r.cancel()
	})
}

func TestOptionsOfTheSession(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := family()
		r, _ := stacked(t, c.config(), familyStacks())
		defer r.close()
		restop := func(command, arguments string) {
			t.Helper()
			r.client.call(command, arguments)
			r.client.request("stop", `{}`)
			r.client.event("stopped")
		}
		restop("launch", `{"stitch":false,"chainDepth":5}`)
		if got := r.stack(18, 0, 20).names(); len(got) != 4 {
			t.Errorf("stitch is false: %q", got)
		}
		if c.count() != 0 {
			t.Error("stitch is false: a chain was read")
		}
		restop("attach", `{"chainDepth":2,"substitutePath":[{"from":"/home/me","to":"/src"}]}`)
		f := r.stack(18, 0, 20).find(t, "main.setup")
		if f.Source.Path != "/home/me/main.go" {
			t.Errorf("source is %s", f.Source.Path)
		}
		restop("restart", `{"arguments":{"request":"launch","chainDepth":3}}`)
		r.stack(18, 0, 20)
		restop("restart", `{"arguments":{"stitch":false}}`)
		r.stack(18, 0, 20)
		if d := cmp.Diff([]int{2, 3}, c.limits); d != "" {
			t.Error(d)
		}
	})
}

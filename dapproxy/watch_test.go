package dapproxy

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadWatch(t *testing.T) {
	all := Watch{Slow: 100 * time.Millisecond, Blocked: time.Second, Pending: true, Leaks: true, Contexts: true}
	for raw, want := range map[string]*Watch{
		`true`:  &all,
		`{}`:    &all,
		`false`: nil,
		`null`:  nil,
		`{"slow":"20ms","blocked":0,"leaks":false,"background":["main.a"]}`: {Slow: 20 * time.Millisecond, Pending: true, Contexts: true, Background: []string{"main.a"}},
	} {
		have, err := readWatch([]byte(raw))
		if d := cmp.Diff(want, have); d != "" || err != nil {
			t.Errorf("%s: %v %s", raw, err, d)
		}
	}
	for _, raw := range []string{`"on"`, `1`, `[]`, `{"slow":20}`, `{"slow":"soon"}`, `{"blocked":"-1s"}`, `{"leaks":"no"}`, `{"background":"main.a"}`} {
		if _, err := readWatch([]byte(raw)); err == nil || !strings.HasPrefix(err.Error(), `"debugMode" must be true, false, or an object`) {
			t.Errorf("%s: error %v", raw, err)
		}
	}
}

// Warnings come to the client before the end of the program that they are of,
// under the client's paths.
func TestWarnings(t *testing.T) {
	bubble(t, func(t *testing.T) {
		rec := &fakeRecorder{}
		var settled atomic.Int64
		rec.p.Settle = func() {
			settled.Add(1)
			rec.got[0].Warn(Warning{
				Text: "dlvx: one\n", File: "/target/main.go", Line: 7,
				Body: json.RawMessage(`{"kind":"slow","where":{"file":"/target/main.go","line":7},"segments":[{"frames":[{"file":"/usr/x.go"}]}]}`),
			})
		}
		r := newRig(t, Config{Recorder: rec})
		defer r.close()
		launched(t, r, `{"program":".","noDebug":true,"debugMode":true,"stitch":false,"substitutePath":[{"from":"/here","to":"/target"}]}`)
		if l := rec.got[0]; !l.NoDebug || l.Record != "auto" || l.Watch == nil || !l.Watch.Leaks {
			t.Errorf("the recorder was told %+v", l)
		}
		send := func(event string) {
			r.delve.send(`{"seq":1,"type":"event","event":"` + event + `","body":{}}`)
		}
		send("initialized")
		r.client.event("initialized")
		if settled.Load() != 0 {
			t.Error("settled although nothing has run")
		}
		for _, event := range []string{"initialized", "terminated"} { // the former comes after a restart, too
			send(event)
			out := r.client.next()
			if want := `{"category":"console","output":"dlvx: one\n","source":{"path":"/here/main.go"},"line":7}`; out.Event != "output" || string(out.Body) != want {
				t.Errorf("%s: %s %s, want %s", event, out.Event, out.Body, want)
			}
			warning := r.client.next()
			if want := `{"kind":"slow","segments":[{"frames":[{"file":"/usr/x.go"}]}],"where":{"file":"/here/main.go","line":7}}`; warning.Event != "dlvx/warning" || string(warning.Body) != want {
				t.Errorf("%s: %s %s, want %s", event, warning.Event, warning.Body, want)
			}
			if m := r.client.next(); m.Event != event {
				t.Errorf("%s instead of %s", m.Event, event)
			}
		}
		if n := settled.Load(); n != 2 {
			t.Errorf("settled %d times", n)
		}
	})
}

func TestDebugModeNeedsLabels(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, Config{Recorder: &fakeRecorder{}})
		defer r.close()
		for _, args := range []string{`{"program":".","debugMode":true,"record":"ancestors"}`, `{"program":".","debugMode":{"slow":"x"}}`} {
			if got := r.client.call("launch", args); got.Success || !strings.Contains(string(got.Body), `debugMode`) {
				t.Errorf("%s: client got %s", args, got.Body)
			}
		}
	})
}

// TestWarningPlaces: each line of a stack leads to its own place.
func TestWarningPlaces(t *testing.T) {
	const layout = "pool.(*Pool[go.shape.struct { A int; B example.com/x.T }]).work"
	for _, test := range []struct {
		w    Warning
		want []string
	}{
		{Warning{}, nil},
		{Warning{Text: "dlvx: a\n    main.f /src/main.go:4\n"}, []string{"dlvx: a\n    main.f /src/main.go:4\n"}},
		{
			Warning{Text: "dlvx: a\n    main.f /my src/main.go:4\n    " + layout + " /b.go:5\n  created by goroutine 1\n    f C:\\x.go:6\n    C.f\n", File: "/src/a.go", Line: 3},
			[]string{
				"dlvx: a\n@/src/a.go:3", "    main.f /my src/main.go:4\n@/my src/main.go:4", "    " + layout + " /b.go:5\n@/b.go:5",
				"  created by goroutine 1\n", "    f C:\\x.go:6\n@C:\\x.go:6", "    C.f\n",
			},
		},
	} {
		var got []string
		for _, out := range test.w.outputs() {
			line := out.Output
			if out.Source != nil {
				line += fmt.Sprintf("@%s:%d", out.Source.Path, out.Line)
			}
			got = append(got, line)
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Error(d)
		}
	}
}

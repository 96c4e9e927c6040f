package dapproxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dlvx/dlvx/stitch"
)

// crowd is a program at rest: main, a listener that main made, three workers of
// the listener, one of them on another channel, a logger of a goroutine that has
// exited, and one of the runtime's own.
func crowd() *fakeChains {
	frame := func(fn string, line int) stitch.Frame {
		return stitch.Frame{Func: fn, File: "/src/main.go", Line: line, Live: -1}
	}
	waiting := func(reason string, seconds int) stitch.State {
		return stitch.State{Status: "waiting", Wait: reason, For: time.Duration(seconds) * time.Second}
	}
	mainState := waiting("sync.WaitGroup.Wait", 60)
	fromMain := stitch.Link{Spawner: 1, State: &mainState, Provenance: stitch.Label, Frames: []stitch.Frame{frame("main.main", 10)}}
	fromListener := stitch.Link{Spawner: 5, State: &stitch.State{Status: "running"}, Provenance: stitch.Label, Frames: []stitch.Frame{frame("main.listen", 20)}}
	fromExited := stitch.Link{Spawner: 6, Provenance: stitch.Label, Frames: []stitch.Frame{frame("example.com/log.Start", 30)}}
	starting := stitch.Link{Spawner: 1, State: &mainState, Provenance: stitch.Label, Frames: []stitch.Frame{frame("main.main", 11)}}
	chain := func(links ...stitch.Link) stitch.Chain { return stitch.Chain{Links: links} }
	park := frame("runtime.gopark", 1)
	return &fakeChains{goroutines: []stitch.Goroutine{
		{ID: 1, State: mainState, Own: []stitch.Frame{park, frame("main.main", 12)}},
		{ID: 2, State: waiting("force gc (idle)", 90), System: true, Own: []stitch.Frame{park, frame("runtime.forcegchelper", 2)}, Chain: stitch.Chain{Cut: stitch.CutRuntime}},
		{ID: 5, State: stitch.State{Status: "running"}, Own: []stitch.Frame{frame("main.listen", 21)}, Chain: chain(fromMain)},
		{ID: 7, State: waiting("chan receive", 12), Own: []stitch.Frame{park, frame("main.work", 41)}, Chain: chain(fromListener, fromMain), Labels: map[string]string{"tenant": "acme"}},
		{ID: 8, State: waiting("chan receive", 5), Own: []stitch.Frame{park, frame("main.work", 41)}, Chain: chain(fromListener, fromMain)},
		{ID: 9, State: waiting("chan send", 0), Own: []stitch.Frame{park, frame("main.work", 42)}, Chain: chain(fromListener, fromMain)},
		{ID: 11, State: waiting("select", 30), Own: []stitch.Frame{park, frame("example.com/log.(*L).run", 31)}, Chain: chain(fromExited, starting)},
	}}
}

// view asks a request of dlvx's own and decodes the answer.
func view[T any](t *testing.T, r *rig, command, arguments string) (body T) {
	t.Helper()
	a := r.client.call(command, arguments)
	if !a.Success {
		t.Fatalf("%s %s: %s", command, arguments, a.Body)
	}
	if err := json.Unmarshal(a.Body, &body); err != nil {
		t.Fatalf("%s %s: %v in %s", command, arguments, err, a.Body)
	}
	return body
}

// refused asks for what is to be refused, and returns what is said.
func refused(t *testing.T, r *rig, command, arguments, kind string) string {
	t.Helper()
	return refusalText(t, r.client.call(command, arguments), kind)
}

func refusalText(t *testing.T, a reply, kind string) string {
	t.Helper()
	var body struct {
		Error struct {
			ID     int
			Format string
		}
	}
	if err := json.Unmarshal(a.Body, &body); err != nil || a.Success || a.Message != kind || body.Error.ID == 0 || body.Error.Format == "" {
		t.Errorf("%s was answered by %+v %s, want %s", a.Command, a, a.Body, kind)
	}
	return body.Error.Format
}

type listBody struct {
	Goroutines []shownGoroutine
	Total      int
}

func (b listBody) ids() (ids []int64) {
	for _, g := range b.Goroutines {
		ids = append(ids, g.ID)
	}
	return ids
}

type groupsBody struct {
	Groups []shownGroup
	Total  int
}

type treeBody struct {
	Nodes []shownNode
	Total int
}

func TestListGoroutines(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowd()
		r, _ := stacked(t, c.config(), nil)
		defer r.close()
		for _, q := range []struct {
			arguments string
			want      []int64
			total     int
		}{
			{`{}`, []int64{5, 1, 11, 7, 8, 9}, 6},
			{`null`, []int64{5, 1, 11, 7, 8, 9}, 6},
			{`{"start":1,"count":2}`, []int64{1, 11}, 6},
			{`{"start":4,"count":9223372036854775807}`, []int64{8, 9}, 6},
			{`{"start":99}`, nil, 6},
			{`{"filter":"state:chan wait:1s"}`, []int64{7, 8}, 2},
			{`{"filter":"system:only"}`, []int64{2}, 1},
			{`{"filter":"nosuch"}`, nil, 0},
		} {
			got := view[listBody](t, r, "dlvx/goroutines", q.arguments)
			if d := cmp.Diff(q.want, got.ids()); d != "" || got.Total != q.total {
				t.Errorf("%s: %d in all, %s", q.arguments, got.Total, d)
			}
		}
		a := r.client.call("dlvx/goroutines", `{"filter":"label:tenant"}`)
		want := `{"goroutines":[{"id":7,"name":"main.work","status":"waiting","waitReason":"chan receive","waitMs":12000,` +
			`"function":"main.work","source":{"name":"main.go","path":"/src/main.go"},"line":41,` +
			`"spawn":{"function":"main.listen","source":{"name":"main.go","path":"/src/main.go"},"line":20,"goroutine":5},` +
			`"labels":{"tenant":"acme"}}],"total":1}`
		if string(a.Body) != want {
			t.Errorf("got\n%s\nwant\n%s", a.Body, want)
		}
		if g := view[listBody](t, r, "dlvx/goroutines", `{"filter":"id:11"}`).Goroutines[0]; !g.Spawn.Exited || g.Name != "log.(*L).run" || g.Function != "example.com/log.(*L).run" {
			t.Errorf("goroutine 11 is %+v", g)
		}
		if a := r.client.call("dlvx/goroutines", `{"count":1,"filter":"nosuch"}`); string(a.Body) != `{"goroutines":[],"total":0}` {
			t.Errorf("an empty list is %s", a.Body)
		}
		if c.listed != 1 {
			t.Errorf("the goroutines were read %d times at one stop", c.listed)
		}
	})
}

func TestGroups(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, crowd().config(), nil)
		defer r.close()
		all := view[groupsBody](t, r, "dlvx/groups", `{}`)
		if all.Total != 5 || len(all.Groups) != 5 {
			t.Fatalf("groups are %+v", all)
		}
		g := all.Groups[2]
		if g.Count != 2 || g.Name != "main.work" || g.State != "chan receive" || g.LongestWait != 12000 || !cmp.Equal(g.Goroutines, []int64{7, 8}) {
			t.Errorf("the workers are %+v", g)
		}
		want := "runtime.gopark\n    /src/main.go:1\nmain.work\n    /src/main.go:41\n" +
			"── created by goroutine 5, now [running]\nmain.listen\n    /src/main.go:20\n" +
			"── created by goroutine 1, now [sync.WaitGroup.Wait 60s]\nmain.main\n    /src/main.go:10\n"
		if head, text, _ := strings.Cut(g.Text, "\n"); text != want || !strings.HasPrefix(head, "2 goroutines") {
			t.Errorf("their text is\n%s\nwant\n%s", g.Text, want)
		}
		page := view[groupsBody](t, r, "dlvx/groups", `{"start":2,"count":1}`)
		if page.Total != 5 || len(page.Groups) != 1 || page.Groups[0].ID != g.ID {
			t.Errorf("the third group alone is %+v", page)
		}
		// What a filter leaves of a group is the same group.
		some := view[groupsBody](t, r, "dlvx/groups", `{"filter":"wait:10s state:receive"}`)
		if some.Total != 1 || some.Groups[0].ID != g.ID || some.Groups[0].Count != 1 {
			t.Errorf("filtered: %+v, want group %d with one goroutine", some, g.ID)
		}
		if got := view[listBody](t, r, "dlvx/goroutines", fmt.Sprintf(`{"group":%d}`, g.ID)).ids(); !cmp.Equal(got, []int64{7, 8}) {
			t.Errorf("members are %v", got)
		}
		if got := view[listBody](t, r, "dlvx/goroutines", fmt.Sprintf(`{"group":%d,"filter":"id:8"}`, g.ID)).ids(); !cmp.Equal(got, []int64{8}) {
			t.Errorf("filtered members are %v", got)
		}
		system := view[groupsBody](t, r, "dlvx/groups", `{"filter":"system:only"}`)
		if got := view[listBody](t, r, "dlvx/goroutines", fmt.Sprintf(`{"group":%d}`, system.Groups[0].ID)).ids(); !cmp.Equal(got, []int64{2}) {
			t.Errorf("members of the runtime's group are %v", got)
		}
	})
}

func TestTree(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, crowd().config(), nil)
		defer r.close()
		below := func(node int64, filter string) []shownNode {
			t.Helper()
			return view[treeBody](t, r, "dlvx/tree", fmt.Sprintf(`{"node":%d,"filter":%q}`, node, filter)).Nodes
		}
		roots := view[treeBody](t, r, "dlvx/tree", `{}`)
		if roots.Total != 1 {
			t.Fatalf("roots are %+v", roots)
		}
		root := roots.Nodes[0]
		if root.Root != "main" || root.Name != "main.main" || root.Site != nil || root.Alive != 1 || root.Total != 6 || root.Children != 2 || root.Goroutine == nil || root.Goroutine.ID != 1 {
			t.Errorf("the root is %+v", root)
		}
		children := below(root.ID, "")
		if len(children) != 2 {
			t.Fatalf("below main there is %+v", children)
		}
		listener, exited := children[0], children[1]
		if listener.Name != "main.listen" || listener.Site.Line != 10 || listener.Alive != 1 || listener.Total != 4 || listener.Blocked != 0 || listener.Exited != 0 || listener.Goroutine.ID != 5 {
			t.Errorf("the listener's node is %+v", listener)
		}
		if exited.Function != "example.com/log.Start" || exited.Alive != 0 || exited.Exited != 1 || exited.Total != 1 || exited.Goroutine != nil || exited.States == nil {
			t.Errorf("the node of the exited one is %+v", exited)
		}
		if n := below(listener.ID, ""); len(n) != 1 || n[0].Alive != 3 || n[0].Blocked != 3 || n[0].LongestWait != 12000 ||
			!cmp.Equal(n[0].States, map[string]int{"chan receive": 2, "chan send": 1}) {
			t.Errorf("the workers' node is %+v", n)
		}
		if system := view[treeBody](t, r, "dlvx/tree", `{"filter":"system:yes"}`); system.Total != 2 || system.Nodes[1].Root != "runtime" || system.Nodes[0].ID != root.ID {
			t.Errorf("with the runtime's own: %+v", system)
		}
		// A filter prunes, and keeps the ids.
		pruned := view[treeBody](t, r, "dlvx/tree", `{"filter":"id:7"}`).Nodes
		if len(pruned) != 1 || pruned[0].ID != root.ID || pruned[0].Alive != 0 || pruned[0].Total != 1 || pruned[0].Children != 1 {
			t.Errorf("the root of what leads to goroutine 7 is %+v", pruned)
		}
		if n := below(root.ID, "id:7"); len(n) != 1 || n[0].ID != listener.ID {
			t.Errorf("below it there is %+v, want node %d", n, listener.ID)
		}
		if n := below(listener.ID, "id:11"); len(n) != 0 {
			t.Errorf("a node of which the filter leaves nothing has %+v below it", n)
		}
	})
}

func TestTreeMembers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, crowd().config(), nil)
		defer r.close()
		var walk func(node int64) (ids []int64)
		walk = func(node int64) []int64 {
			ids := view[listBody](t, r, "dlvx/goroutines", fmt.Sprintf(`{"node":%d}`, node)).ids()
			for _, n := range view[treeBody](t, r, "dlvx/tree", fmt.Sprintf(`{"node":%d,"filter":"system:yes"}`, node)).Nodes {
				below := walk(n.ID)
				if len(below) != n.Total {
					t.Errorf("node %+v has %v at and below it", n, below)
				}
				ids = append(ids, below...)
			}
			return ids
		}
		seen := map[int64]bool{}
		for _, n := range view[treeBody](t, r, "dlvx/tree", `{"filter":"system:yes"}`).Nodes {
			for _, id := range walk(n.ID) {
				if seen[id] {
					t.Errorf("goroutine %d is in the tree twice", id)
				}
				seen[id] = true
			}
		}
		if len(seen) != len(crowd().goroutines) {
			t.Errorf("in the tree there are %v", seen)
		}
	})
}

func TestSites(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, crowd().config(), nil)
		defer r.close()
		a := r.client.call("dlvx/sites", `{"source":{"path":"/src/main.go"}}`)
		const src = `"source":{"name":"main.go","path":"/src/main.go"}`
		want := `{"sites":[{"function":"main.main",` + src + `,"line":10,"alive":1,"blocked":0},` +
			`{"function":"main.listen",` + src + `,"line":20,"alive":3,"blocked":3,"longestWaitMs":12000},` +
			`{"function":"example.com/log.Start",` + src + `,"line":30,"alive":1,"blocked":1,"longestWaitMs":30000}]}`
		if string(a.Body) != want {
			t.Errorf("got\n%s\nwant\n%s", a.Body, want)
		}
		if a := r.client.call("dlvx/sites", `{"source":{"path":"/src/other.go"}}`); string(a.Body) != `{"sites":[]}` {
			t.Errorf("another file has %s", a.Body)
		}
		if a := r.client.call("dlvx/sites", `{}`); string(a.Body) != want {
			t.Errorf("all sites are %s", a.Body)
		}
	})
}

// TestHelpers: goroutines that a helper made are called by what it was given, and are
// made where it was called, too.
func TestHelpers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowd()
		at := func(fn, file string, line int) stitch.Frame {
			return stitch.Frame{Func: fn, File: file, Line: line, Live: -1}
		}
		c.goroutines = append(c.goroutines, stitch.Goroutine{
			ID: 20, State: stitch.State{Status: "runnable"},
			Own: []stitch.Frame{at("main.hash[go.shape.int].func1", "/src/main.go", 51), at("sync.(*WaitGroup).Go.func1", "/go/waitgroup.go", 258)},
			Chain: stitch.Chain{Links: []stitch.Link{{Spawner: 1, Provenance: stitch.Label, Frames: []stitch.Frame{
				at("sync.(*WaitGroup).Go", "/go/waitgroup.go", 238), at("main.hash[go.shape.int]", "/src/main.go", 50), at("main.main", "/src/main.go", 9),
			}}}},
		})
		r, _ := stacked(t, c.config(), nil)
		defer r.close()
		nodes := view[treeBody](t, r, "dlvx/tree", `{"filter":"site:main.go:50"}`).Nodes
		nodes = view[treeBody](t, r, "dlvx/tree", fmt.Sprintf(`{"node":%d,"filter":"site:main.go:50"}`, nodes[0].ID)).Nodes
		if len(nodes) != 1 {
			t.Fatalf("there are %+v", nodes)
		}
		n := nodes[0]
		if n.Name != "main.hash[...].func1" || n.Function != "sync.(*WaitGroup).Go.func1" || n.Site.Line != 238 || !n.Helper || n.From.Line != 50 {
			t.Errorf("the node is %+v from %+v", n, n.From)
		}
		if g := n.Goroutine; g.Name != "main.hash[...].func1" || g.Function != "main.hash[go.shape.int].func1" || g.Spawn.Line != 238 || g.Spawn.From.Line != 50 {
			t.Errorf("the goroutine is %+v, made by %+v", g, g.Spawn)
		}
		sites := view[struct{ Sites []shownCount }](t, r, "dlvx/sites", `{"source":{"path":"/src/main.go"}}`).Sites
		if last := sites[len(sites)-1]; last.Line != 50 || last.Alive != 1 {
			t.Errorf("the sites are %+v", sites)
		}
	})
}

func TestStackAndDump(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, crowd().config(), nil)
		defer r.close()
		text := view[shownText](t, r, "dlvx/stack", `{"goroutine":11}`).Text
		if !strings.HasPrefix(text, "goroutine 11 [select]:\n") || !strings.Contains(text, "── created by goroutine 6 (exited)\nexample.com/log.Start\n") {
			t.Errorf("the stack is\n%s", text)
		}
		dump := view[shownText](t, r, "dlvx/dump", `{}`).Text
		if n := strings.Count(dump, "main.work\n"); n != 2 || strings.Contains(dump, "forcegc") || !strings.Contains(dump, "\n\n2 goroutines") {
			t.Errorf("the dump is\n%s", dump)
		}
		dump = view[shownText](t, r, "dlvx/dump", `{"ungrouped":true,"filter":"main.work"}`).Text
		if n := strings.Count(dump, "main.work\n"); n != 3 || !strings.HasPrefix(dump, "goroutine 7 [chan receive]:\n") || !strings.Contains(dump, "\n\ngoroutine 8 [") {
			t.Errorf("ungrouped it is\n%s", dump)
		}
	})
}

// Files are named as in Delve's own frames.
func TestViewsSubstitutePath(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, crowd().config(), nil)
		defer r.close()
		r.client.call("attach", `{"mode":"local","substitutePath":[{"from":"/home/me","to":"/src"}]}`)
		r.client.request("stop", `{}`)
		r.client.event("stopped")
		if g := view[listBody](t, r, "dlvx/goroutines", `{"count":1}`).Goroutines[0]; g.Source.Path != "/home/me/main.go" || g.Spawn.Source.Path != "/home/me/main.go" {
			t.Errorf("got %+v", g)
		}
		if text := view[shownText](t, r, "dlvx/stack", `{"goroutine":7}`).Text; strings.Contains(text, "/src/") || !strings.Contains(text, "/home/me/main.go:41") {
			t.Errorf("got\n%s", text)
		}
		if a := r.client.call("dlvx/sites", `{"source":{"path":"/home/me/main.go"}}`); strings.Count(string(a.Body), "alive") != 3 {
			t.Errorf("got %s", a.Body)
		}
		for _, view := range []string{"dlvx/goroutines", "dlvx/groups", "dlvx/tree"} {
			for path, want := range map[string]bool{"/home/me": true, "/src": false} {
				a := r.client.call(view, fmt.Sprintf(`{"filter":"site:%s/main.go:20"}`, path))
				if got := !strings.Contains(string(a.Body), `"total":0`); got != want {
					t.Errorf("%s of the go statement in %s: %s", view, path, a.Body)
				}
			}
		}
	})
}

var allViews = map[string]string{
	"dlvx/goroutines": `{}`, "dlvx/groups": `{}`, "dlvx/tree": `{}`, "dlvx/sites": `{}`,
	"dlvx/stack": `{"goroutine":7}`, "dlvx/dump": `{}`, "dlvx/focus": `{"goroutine":7}`,
}

func TestViewsNeedAStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowd()
		r, _ := stacked(t, c.config(), nil)
		defer r.close()
		r.client.call("continue", `{}`)
		for command, arguments := range allViews {
			if text := refused(t, r, command, arguments, "notStopped"); text != "the program is running: pause it first" {
				t.Errorf("%s: %s", command, text)
			}
		}
		if c.listed != 0 {
			t.Error("the running program was read")
		}
	})
}

func TestBadArguments(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, crowd().config(), nil)
		defer r.close()
		for _, q := range []struct{ command, arguments, kind, says string }{
			{"dlvx/goroutines", `{"start":-1}`, "invalidArguments", `"start" is -1`},
			{"dlvx/goroutines", `{"count":"x"}`, "invalidArguments", `"count" is a string: it must be a whole number`},
			{"dlvx/goroutines", `{"count":1.5}`, "invalidArguments", `"count" is a number 1.5: it must be a whole number`},
			{"dlvx/goroutines", `[1]`, "invalidArguments", "the arguments must be an object"},
			{"dlvx/goroutines", `{"node":1,"group":1}`, "invalidArguments", "together"},
			{"dlvx/goroutines", `{"node":1e5}`, "invalidArguments", `"node"`},
			{"dlvx/goroutines", `{"filter":"wait:soon"}`, "invalidArguments", "wait:soon: a duration is expected"},
			{"dlvx/goroutines", `{"node":12345}`, "staleId", "node 12345 is of an earlier stop"},
			{"dlvx/goroutines", `{"group":-1}`, "staleId", "group -1"},
			{"dlvx/groups", `{"filter":"\"x"}`, "invalidArguments", "quote"},
			{"dlvx/groups", `{"filter":7}`, "invalidArguments", `"filter" is a number: it must be a string`},
			{"dlvx/tree", `{"filter":"colour:red"}`, "invalidArguments", "colour: is not known"},
			{"dlvx/tree", `{"node":12345}`, "staleId", "node 12345"},
			{"dlvx/sites", `{"source":"main.go"}`, "invalidArguments", `"source" is a string: it must be an object`},
			{"dlvx/stack", `{}`, "invalidArguments", `"goroutine" is missing`},
			{"dlvx/stack", `{"goroutine":99}`, "noGoroutine", "there is no goroutine 99"},
			{"dlvx/dump", `{"ungrouped":1}`, "invalidArguments", `"ungrouped" is a number: it must be true or false`},
			{"dlvx/focus", `{"goroutine":99}`, "noGoroutine", "there is no goroutine 99"},
			{"dlvx/stitch", `{"enabled":"on"}`, "invalidArguments", `"enabled" is a string: it must be true or false`},
			{"dlvx/everything", `{}`, "unknownRequest", `no request "dlvx/everything"`},
		} {
			if text := refused(t, r, q.command, q.arguments, q.kind); !strings.Contains(text, q.says) {
				t.Errorf("%s %s: %q does not say %q", q.command, q.arguments, text, q.says)
			}
		}
	})
}

func TestIDsOfAnEarlierStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowd()
		r, _ := stacked(t, c.config(), nil)
		defer r.close()
		node := view[treeBody](t, r, "dlvx/tree", `{}`).Nodes[0].ID
		group := view[groupsBody](t, r, "dlvx/groups", `{}`).Groups[0].ID
		r.client.request("next", `{}`)
		r.client.event("stopped")
		view[treeBody](t, r, "dlvx/tree", `{}`)
		view[groupsBody](t, r, "dlvx/groups", `{}`)
		refused(t, r, "dlvx/tree", fmt.Sprintf(`{"node":%d}`, node), "staleId")
		refused(t, r, "dlvx/goroutines", fmt.Sprintf(`{"node":%d}`, node), "staleId")
		refused(t, r, "dlvx/goroutines", fmt.Sprintf(`{"group":%d}`, group), "staleId")
		if c.listed != 2 {
			t.Errorf("the goroutines were read %d times at two stops", c.listed)
		}
	})
}

func TestUnreadableProgram(t *testing.T) {
	for name, listing := range map[string]func(context.Context) error{
		"error": func(context.Context) error { return errors.New("no such thing") },
		"panic": func(context.Context) error { panic("no such thing") },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := crowd()
				c.listing = listing
				r, _ := stacked(t, c.config(), familyStacks())
				defer r.close()
				for command, arguments := range allViews {
					if text := refused(t, r, command, arguments, "unreadable"); !strings.Contains(text, "no such thing") {
						t.Errorf("%s says %q", command, text)
					}
				}
				c.listing = nil
				if got := view[listBody](t, r, "dlvx/goroutines", `{}`); got.Total != 6 {
					t.Errorf("afterwards there are %d", got.Total)
				}
			})
		})
	}
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, Config{}, nil)
		defer r.close()
		refused(t, r, "dlvx/goroutines", `{}`, "unreadable")
	})
}

// slow makes a list that is read until somebody wants it no more. begun tells of
// every reading.
func slow(c *fakeChains) (begun chan struct{}) {
	begun = make(chan struct{}, 10)
	c.listing = func(ctx context.Context) error {
		begun <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	return begun
}

func TestResumeEndsAView(t *testing.T) {
	for _, command := range []string{"continue", "next", "disconnect"} {
		t.Run(command, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := crowd()
				begun := slow(c)
				r, _ := stacked(t, c.config(), familyStacks())
				defer r.close()
				seq := r.client.request("dlvx/tree", `{}`)
				<-begun
				// It keeps nothing else.
				if a := r.client.call("stackTrace", `{"threadId":1}`); !a.Success {
					t.Errorf("stackTrace: %s", a.Body)
				}
				resume := r.client.request(command, `{}`)
				answers := r.client.responses(2)
				if !answers[resume].Success {
					t.Errorf("got %+v", answers)
				}
				refusalText(t, answers[seq], "notStopped")
			})
		})
	}
}

func TestCancelView(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowd()
		begun := slow(c)
		r, d := stacked(t, c.config(), nil)
		defer r.close()
		first := r.client.request("dlvx/groups", `{}`)
		<-begun
		second := r.client.request("dlvx/tree", `{}`)
		synctest.Wait()
		c.mu.Lock()
		c.listing = nil
		c.mu.Unlock()
		cancel := r.client.request("cancel", fmt.Sprintf(`{"requestId":%d}`, first))
		answers := r.client.responses(3)
		if !answers[cancel].Success || !answers[second].Success {
			t.Errorf("got %+v", answers)
		}
		refusalText(t, answers[first], "cancelled")
		if d.requests("cancel") != 0 {
			t.Error("Delve was bothered")
		}
		// Of other requests Delve has its own opinion.
		r.client.call("cancel", `{"requestId":1}`)
		if d.requests("cancel") != 1 {
			t.Error("Delve was not asked")
		}
	})
}

// responses returns the next so many responses by their requests.
func (e *end) responses(n int) map[int]reply {
	e.t.Helper()
	answers := map[int]reply{}
	for len(answers) < n {
		if a := e.next(); a.Type == "response" {
			answers[a.RequestSeq] = a
		}
	}
	return answers
}

// The end of the session ends a view; bubble finds what is left over.
func TestSessionEndsDuringView(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowd()
		begun := slow(c)
		r, _ := stacked(t, c.config(), nil)
		r.client.request("dlvx/tree", `{}`)
		<-begun
		r.close()
	})
}

// The target can be resumed and stopped behind the proxy's back.
func TestViewOfAnOlderStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowd()
		begun := slow(c)
		r, d := stacked(t, c.config(), nil)
		defer r.close()
		r.client.request("dlvx/tree", `{}`)
		<-begun
		go func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.stopped()
		}()
		for _, a := range r.client.responses(1) {
			refusalText(t, a, "notStopped")
		}
	})
}

func TestInitializeTells(t *testing.T) {
	for _, off := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			cfg := crowd().config()
			cfg.Version, cfg.NoStitch = "v1.2.3", off
			r, _ := stacked(t, cfg, nil)
			defer r.close()
			want := `{"dlvx":{"protocol":1,"version":"v1.2.3"},"supportsRestartRequest":true}`
			if off {
				want = `{"supportsRestartRequest":true}`
			}
			if a := r.client.call("initialize", `{}`); string(a.Body) != want {
				t.Errorf("got %s, want %s", a.Body, want)
			}
			if got := view[listBody](t, r, "dlvx/goroutines", `{}`); got.Total != 6 {
				t.Errorf("there are %d goroutines", got.Total)
			}
		})
	}
}

package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/google/go-dap"
)

// What these tests look at of the answers that docs/protocol.md describes.
type (
	viewedSite struct {
		Function string
		Source   struct{ Path string }
		Line     int
		Alive    int
		Blocked  int
	}
	viewedGoroutine struct {
		ID                                 int64
		Name, Status, WaitReason, Function string
		Spawn                              *struct {
			viewedSite
			Goroutine int64
			Exited    bool
		}
		Labels map[string]string
	}
	viewedGroup struct {
		ID                int64
		Count             int
		Name, State, Text string
		Goroutines        []int64
	}
	viewedNode struct {
		ID                   int64
		Root, Name, Function string
		Alive, Total         int
		Children             int
	}
)

type viewedList struct {
	Goroutines []viewedGoroutine
	Total      int
}

func (l viewedList) ids() (ids []int64) {
	for _, g := range l.Goroutines {
		ids = append(ids, g.ID)
	}
	return ids
}

type args map[string]any

// view makes one of dlvx's own requests and decodes the answer.
func view[T any](t testing.TB, c *dapClient, command string, a args) (v T) {
	t.Helper()
	r := call[*viewResponse](t, c, command, a)
	if r.Body == nil {
		return v
	}
	if err := json.Unmarshal(r.Body, &v); err != nil {
		t.Fatalf("%s was answered by %s: %v", command, r.Body, err)
	}
	return v
}

// refused makes a request that is to be refused.
func refused(t testing.TB, c *dapClient, kind, command string, a args) {
	t.Helper()
	m := wait(t, "the answer to "+command, c.start(t, command, a))
	if e, ok := m.(*dap.ErrorResponse); !ok || e.Message != kind || e.Body.Error == nil || e.Body.Error.Format == "" {
		t.Errorf("%s %v was answered by %#v, want %s", command, a, m, kind)
	}
}

// tree returns all nodes of the spawn tree, parents first.
func (c *dapClient) tree(t testing.TB, filter string) (all []viewedNode) {
	t.Helper()
	type nodes struct{ Nodes []viewedNode }
	all = view[nodes](t, c, "dlvx/tree", args{"filter": filter}).Nodes
	for i := 0; i < len(all); i++ {
		if all[i].Children > 0 {
			all = append(all, view[nodes](t, c, "dlvx/tree", args{"filter": filter, "node": all[i].ID}).Nodes...)
		}
	}
	return all
}

func (c *dapClient) threadNames(t testing.TB) map[int64]string {
	t.Helper()
	names := map[int64]string{}
	for _, th := range call[*dap.ThreadsResponse](t, c, "threads", nil).Body.Threads {
		names[int64(th.Id)] = th.Name
	}
	return names
}

// TestViews looks at a server at rest in all ways that there are.
func TestViews(t *testing.T) {
	p := program(t, "pause")
	c := startDAP(t)
	c.launchToStop(t, p, nil)
	at := p.Markers["go-work"]

	// As a list.
	workers := view[viewedList](t, c, "dlvx/goroutines", args{"filter": `func:main.(*server).work state:"chan receive" -func:net.`})
	if workers.Total != 3 {
		t.Fatalf("the workers are %+v", workers)
	}
	for _, g := range workers.Goroutines {
		s := g.Spawn
		if g.Name != "main.(*server).work" || g.Function != g.Name || g.Status != "waiting" || g.WaitReason != "chan receive" ||
			s == nil || s.Function != "main.(*server).addWorker" || s.Line != at.Line || s.Source.Path != at.File || s.Goroutine == 0 || s.Exited {
			t.Errorf("a worker is %+v, spawned at %+v", g, s)
		}
	}
	all := view[viewedList](t, c, "dlvx/goroutines", nil)
	var paged []int64
	for len(paged) < all.Total {
		page := view[viewedList](t, c, "dlvx/goroutines", args{"start": len(paged), "count": 2})
		if page.Total != all.Total || len(page.Goroutines) == 0 {
			t.Fatalf("the page at %d is %+v", len(paged), page)
		}
		paged = append(paged, page.ids()...)
	}
	if !slices.Equal(paged, all.ids()) {
		t.Errorf("in pages they are %v, at once %v", paged, all.ids())
	}

	// As groups: the workers of each server are alike.
	groups := view[struct{ Groups []viewedGroup }](t, c, "dlvx/groups", args{"filter": "func:main.(*server).work -func:net."}).Groups
	if len(groups) != 2 || groups[0].Count+groups[1].Count != 3 {
		t.Fatalf("groups of workers are %+v", groups)
	}
	for _, g := range groups {
		if ids := view[viewedList](t, c, "dlvx/goroutines", args{"group": g.ID}).ids(); len(ids) != g.Count || !slices.Equal(ids, g.Goroutines) {
			t.Errorf("group %+v has the goroutines %v", g, ids)
		}
		if !strings.Contains(g.Text, "main.(*server).addWorker\n") || !strings.Contains(g.Text, "(exited)") {
			t.Errorf("the text of a group is\n%s", g.Text)
		}
	}

	// As a tree: below main both boots, which have exited.
	var node int64
	boots, inTree := 0, 0
	for _, n := range c.tree(t, "") {
		inTree += n.Alive
		switch n.Name {
		case "main.(*server).boot":
			boots++
			if n.Alive != 0 || n.Total < 2 {
				t.Errorf("boot is %+v", n)
			}
		case "main.(*server).work":
			node = n.ID
			if ids := view[viewedList](t, c, "dlvx/goroutines", args{"node": n.ID}).ids(); len(ids) != n.Alive {
				t.Errorf("node %+v has the goroutines %v", n, ids)
			}
		}
	}
	if boots != 2 || inTree != all.Total {
		t.Errorf("%d boots and %d goroutines are in the tree, want 2 and %d", boots, inTree, all.Total)
	}

	// At the go statements.
	sites := view[struct{ Sites []viewedSite }](t, c, "dlvx/sites", args{"source": args{"path": at.File}}).Sites
	if i := slices.IndexFunc(sites, func(s viewedSite) bool { return s.Line == at.Line }); i < 0 || sites[i].Alive != 3 || sites[i].Blocked != 3 {
		t.Errorf("the sites are %+v", sites)
	}

	// As text.
	worker := workers.Goroutines[0].ID
	type text struct{ Text string }
	stack := view[text](t, c, "dlvx/stack", args{"goroutine": worker}).Text
	if !strings.HasPrefix(stack, fmt.Sprintf("goroutine %d [chan receive]:\n", worker)) || !strings.Contains(stack, "created by goroutine 1, now [sync.WaitGroup.Wait") {
		t.Errorf("the stack of a worker is\n%s", stack)
	}
	if dump := view[text](t, c, "dlvx/dump", nil).Text; !strings.Contains(dump, "2 goroutines") || !strings.Contains(dump, "main.(*server).listen\n") {
		t.Errorf("the dump is\n%s", dump)
	}

	// In the Call Stack.
	if name := c.threadNames(t)[worker]; !strings.HasPrefix(name, fmt.Sprintf("[Go %d] main.(*server).work · chan receive", worker)) {
		t.Errorf("the thread of a worker is called %q", name)
	}
	view[struct{}](t, c, "dlvx/focus", args{"goroutine": worker})
	if e := event[*dap.StoppedEvent](t, c); e.Body.ThreadId != int(worker) || e.Body.Reason != "goroutine" {
		t.Errorf("focus sent %+v", e.Body)
	}

	// Wrong arguments.
	refused(t, c, "invalidArguments", "dlvx/goroutines", args{"count": -1})
	refused(t, c, "invalidArguments", "dlvx/groups", args{"filter": "wait:long"})
	refused(t, c, "invalidArguments", "dlvx/stack", nil)
	refused(t, c, "noGoroutine", "dlvx/focus", args{"goroutine": 1 << 40})
	refused(t, c, "unknownRequest", "dlvx/nonsense", nil)

	// Once it runs, and at the next stop.
	call[*dap.ContinueResponse](t, c, "continue", dap.ContinueArguments{ThreadId: 1})
	refused(t, c, "notStopped", "dlvx/goroutines", nil)
	call[*dap.PauseResponse](t, c, "pause", dap.PauseArguments{ThreadId: 1})
	event[*dap.StoppedEvent](t, c)
	refused(t, c, "staleId", "dlvx/tree", args{"node": node})
	refused(t, c, "staleId", "dlvx/goroutines", args{"group": groups[0].ID})
	if again := view[viewedList](t, c, "dlvx/goroutines", nil); again.Total != all.Total {
		t.Errorf("at the next stop there are %d goroutines, before %d", again.Total, all.Total)
	}
	call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})
}

// TestViewsWithoutStitching: where stitching is off the standard messages are
// Delve's, and the views are there all the same; until it is switched on.
func TestViewsWithoutStitching(t *testing.T) {
	p := program(t, "pause")
	c := startDAP(t)
	c.launchToStop(t, p, map[string]any{"stitch": false, "record": "label"})
	workers := view[viewedList](t, c, "dlvx/goroutines", args{"filter": "func:main.(*server).work -func:net."})
	if workers.Total != 3 || workers.Goroutines[0].Spawn == nil {
		t.Fatalf("the workers are %+v", workers)
	}
	worker := int(workers.Goroutines[0].ID)
	type stitching struct{ Enabled bool }
	if view[stitching](t, c, "dlvx/stitch", nil).Enabled {
		t.Error("stitching is on")
	}
	for _, on := range []bool{false, true, false} {
		if got := view[stitching](t, c, "dlvx/stitch", args{"enabled": on}).Enabled; got != on {
			t.Fatalf("switching stitching to %t answers %t", on, got)
		}
		stitched := slices.ContainsFunc(c.frames(t, worker), func(f dap.StackFrame) bool { return f.PresentationHint == "label" })
		named := strings.Contains(c.threadNames(t)[int64(worker)], " · ")
		if stitched != on || named != on {
			t.Errorf("switched to %t: stitched is %t, named is %t", on, stitched, named)
		}
	}
	call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})
}

// TestViewsOfPprofLabels: labels are there to be seen and to be looked for.
func TestViewsOfPprofLabels(t *testing.T) {
	c := startDAP(t)
	thread := c.launchToStop(t, program(t, "pproflabels"), map[string]any{"showPprofLabels": []string{"tenant"}})
	got := view[viewedList](t, c, "dlvx/goroutines", args{"filter": "label:tenant=acme"})
	if got.Total != 1 || got.Goroutines[0].ID != int64(thread) || got.Goroutines[0].Labels["tenant"] != "acme" {
		t.Errorf("with the label there is %+v, want goroutine %d", got, thread)
	}
	names := c.threadNames(t)
	if name := names[int64(thread)]; !strings.HasPrefix(name, fmt.Sprintf("* [Go %d acme] main.query", thread)) || strings.Contains(name, " · ") {
		t.Errorf("the thread of the one that stopped is called %q", name)
	}
	if name := names[1]; !strings.HasPrefix(name, "[Go 1] main.main · chan receive") {
		t.Errorf("the thread of goroutine 1 is called %q", name)
	}
	call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})
}

// TestViewsOfMany: views and focus reach the goroutines beyond those that Delve
// lists.
func TestViewsOfMany(t *testing.T) {
	p, err := fixture.Load(filepath.Join(progsDir, "internal", "crowd"))
	if err != nil {
		t.Fatal(err)
	}
	c := startDAP(t)
	c.launchToStop(t, p, nil)

	// However soon it is cancelled: it is answered.
	answer := c.start(t, "dlvx/groups", nil)
	wait(t, "the answer to cancel", c.start(t, "cancel", args{"requestId": c.lastSeq()}))
	if e, ok := wait(t, "the answer to dlvx/groups", answer).(*dap.ErrorResponse); ok && e.Message != "cancelled" {
		t.Errorf("a cancelled request was answered by %+v", e)
	}

	list := view[viewedList](t, c, "dlvx/goroutines", args{"filter": "func:main.park", "count": 5000})
	if list.Total != 1500 || len(list.Goroutines) != 1500 {
		t.Fatalf("%d goroutines of %d are listed, want 1500", len(list.Goroutines), list.Total)
	}
	listed := c.threadNames(t)
	i := slices.IndexFunc(list.Goroutines, func(g viewedGoroutine) bool { return listed[g.ID] == "" })
	if i < 0 {
		t.Fatalf("Delve lists %d threads: all of them", len(listed))
	}
	hidden := list.Goroutines[i].ID
	view[struct{}](t, c, "dlvx/focus", args{"goroutine": hidden})
	if e := event[*dap.StoppedEvent](t, c); e.Body.ThreadId != int(hidden) {
		t.Errorf("focus sent %+v", e.Body)
	}
	if name := c.threadNames(t)[hidden]; !strings.HasPrefix(name, fmt.Sprintf("[Go %d] main.park · chan receive", hidden)) {
		t.Errorf("the thread of goroutine %d is called %q", hidden, name)
	}
	frames := c.frames(t, int(hidden))
	if !slices.ContainsFunc(frames, func(f dap.StackFrame) bool { return f.Name == "main.park" && f.Line == p.Markers["park"].Line }) ||
		!slices.ContainsFunc(frames, func(f dap.StackFrame) bool { return f.Name == "main.main" && f.Line == p.Markers["go-park"].Line }) {
		t.Errorf("its stack is %+v", frames)
	}
	call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})
}

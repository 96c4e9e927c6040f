package stitch

import "testing"

// helpers are goroutines that sync.WaitGroup.Go has made, and others.
func helpers() []Goroutine {
	const helper = "sync.(*WaitGroup).Go"
	gs := []Goroutine{
		goroutineOf(1, "runtime.gopark main.hash.func1 "+helper+".func1", helper+" main.hash main.main"),
		goroutineOf(2, "main.hash.func1 "+helper+".func1", helper+" main.hash main.main"),
		goroutineOf(3, helper+".func1", helper+" main.hash main.main"), // has not got far
		goroutineOf(4, "main.load "+helper+".func1", helper+" main.start main.main"),
		goroutineOf(5, "main.store "+helper+".func1", helper+" main.start main.main"),
		goroutineOf(6, "main.work main.start.func1", "main.start main.main"), // no helper of another package
		goroutineOf(7, "main.guess "+helper+".func1", helper+" main.hash main.main"),
		goroutineOf(8, "main.main", ""),
		goroutineOf(9, "runtime.selectgo lib.Start.func1", "lib.Start main.main"), // waits in what it is itself
		goroutineOf(10, "net/http.Serve lib.Start.func1", "lib.Start main.main"),  // calls what main did not give it
		goroutineOf(11, "main.run x/errgroup.(*Group).Go.func1", "x/errgroup.(*Group).Go main.main"),
		goroutineOf(12, "x/errgroup.(*Group).Go.func1", "x/errgroup.(*Group).Go main.main"),
	}
	gs[6].Chain.Links[0].Provenance = Live
	return gs
}

func TestHelper(t *testing.T) {
	want := map[int64][2]string{
		1: {"main.hash", "main.hash.func1"}, 2: {"main.hash", "main.hash.func1"},
		3: {"main.hash", ""}, 4: {"main.start", "main.load"}, 5: {"main.start", "main.store"}, 11: {"main.main", "main.run"},
	}
	for _, g := range helpers() {
		call, given := g.Helper()
		if got := [2]string{call.Func, given}; got != want[g.ID] {
			t.Errorf("goroutine %d: %q, want %q", g.ID, got, want[g.ID])
		}
	}
}

// TestRuns: a node is called by what a helper was given, where that is one function, as far
// as they have got there.
func TestRuns(t *testing.T) {
	got := map[string]bool{}
	gs := helpers()
	for _, n := range Tree(append(gs[:6:6], gs[7])).Children[0].Children {
		got[n.Runs()] = n.Helped()
	}
	want := map[string]bool{"main.hash.func1": true, "sync.(*WaitGroup).Go.func1": true, "main.start.func1": false}
	for name, helped := range want {
		if has, ok := got[name]; !ok || has != helped {
			t.Errorf("%s: helped is %v, %v, want %v", name, has, ok, helped)
		}
	}
}

// TestHelperSites: goroutines of a helper are at its go statement, and where it was called.
func TestHelperSites(t *testing.T) {
	got := map[string]int{}
	for _, s := range Sites(helpers()) {
		got[s.Func] += s.Alive
	}
	want := map[string]int{"sync.(*WaitGroup).Go": 6, "main.hash": 3, "main.start": 3, "x/errgroup.(*Group).Go": 2, "main.main": 1}
	for fn, alive := range want {
		if got[fn] != alive {
			t.Errorf("%s: %d goroutines, want %d", fn, got[fn], alive)
		}
	}
	f, err := ParseFilter("site:main.hash")
	if err != nil {
		t.Fatal(err)
	}
	if gs := f.Select(helpers()); len(gs) != 3 {
		t.Errorf("%s selects %v", "site:main.hash", gs)
	}
}

func TestBriefFunc(t *testing.T) {
	for name, want := range map[string]string{
		"example.com/shop/pool.(*Pool[go.shape.struct { Items []string }]).work": "pool.(*Pool[...]).work",
		"main.Map[go.shape.int].func1":                                           "main.Map[...].func1",
		"net/http.(*conn).serve":                                                 "http.(*conn).serve",
		"main.main":                                                              "main.main",
		"":                                                                       "",
	} {
		if got := BriefFunc(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

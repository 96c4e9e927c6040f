package dapproxy

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfigured(t *testing.T) {
	rules := func(pairs ...string) (rules []pathRule) {
		for i := 0; i < len(pairs); i += 2 {
			rules = append(rules, pathRule{pairs[i], pairs[i+1]})
		}
		return rules
	}
	before := listing{rules("/a", "/x", "/b", "/y"), "-with user", false, []string{"k", "l"}}
	for command, change := range map[string]func(*listing){
		"-list":                                 nil,
		"stackTraceDepth 3":                     nil,
		"goroutineFilters -w running":           func(l *listing) { l.goroutineFilters = "-w running" },
		`goroutineFilters  "-w running"`:        func(l *listing) { l.goroutineFilters = "-w running" },
		"goroutineFilters":                      func(l *listing) { l.goroutineFilters = "" },
		"hideSystemGoroutines true":             func(l *listing) { l.hideSystem = true },
		"hideSystemGoroutines yes":              nil,
		"showPprofLabels":                       nil,
		`showPprofLabels "m n"`:                 func(l *listing) { l.pprofLabels = []string{"k", "l", "m n"} },
		"showPprofLabels m n":                   nil,
		"showPprofLabels -clear":                func(l *listing) { l.pprofLabels = nil },
		"showPprofLabels -clear k":              func(l *listing) { l.pprofLabels = []string{"l"} },
		"showPprofLabels -clear m":              nil,
		"substitutePath":                        nil,
		"substitutePath /c /z":                  func(l *listing) { l.paths = rules("/a", "/x", "/b", "/y", "/c", "/z") },
		`substitutePath "/c d" "/z \"e"`:        func(l *listing) { l.paths = rules("/a", "/x", "/b", "/y", "/c d", `/z "e`) },
		"substitutePath /b /z":                  func(l *listing) { l.paths = rules("/a", "/x", "/b", "/z") },
		"substitutePath /a":                     func(l *listing) { l.paths = rules("/b", "/y") },
		"substitutePath -clear /a":              func(l *listing) { l.paths = rules("/b", "/y") },
		"substitutePath -clear":                 func(l *listing) { l.paths = nil },
		"substitutePath /c":                     nil,
		"substitutePath -clear /c /d":           nil,
		"substitutePath /a /b /c":               nil,
		"sUbstitutePath /c /z":                  nil,
		"substitutePathh /c /z":                 nil,
		"hideSystemGoroutines":                  nil,
		`substitutePath /c "/z`:                 func(l *listing) { l.paths = rules("/a", "/x", "/b", "/y", "/c", "/z") },
		"showPprofLabels\tm":                    nil, // to Delve that is one word
		"goroutineFilters \"-w user\" -w label": func(l *listing) { l.goroutineFilters = `"-w user" -w label` },
	} {
		want := listing{rules("/a", "/x", "/b", "/y"), "-with user", false, []string{"k", "l"}}
		if change != nil {
			change(&want)
		}
		if d := cmp.Diff(want, before.configured(command), cmp.AllowUnexported(listing{})); d != "" {
			t.Errorf("%s: %s", command, d)
		}
	}
}

// TestConfigInTheConsole: added frames and lists of threads are as Delve's own.
func TestConfigInTheConsole(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := crowdOf()
		c.chains = family().chains
		r, d := configured(t, c, `{"maxGoroutines":2,"groupGoroutines":false}`)
		defer r.close()
		paths := func() (paths []string) {
			for _, f := range r.stack(18, 0, 20).StackFrames {
				if f.ID >= firstID && f.Source != nil {
					paths = append(paths, f.Source.Path)
				}
			}
			return paths
		}
		command := func(expression string, frame int) reply {
			return r.client.call("evaluate", fmt.Sprintf(`{"context":"repl","expression":%q,"frameId":%d}`, expression, frame))
		}
		first := paths()
		if len(first) == 0 {
			t.Fatal("no frames were added")
		}
		added := r.stack(18, 0, 20).StackFrames
		if a := command("dlv config substitutePath /home/me /src", added[len(added)-1].ID); !a.Success {
			t.Fatalf("got %s", a.Body)
		}
		second := paths()
		for i := range first {
			if want := "/home/me" + first[i][len("/src"):]; second[i] != want {
				t.Errorf("got %s, want %s", second[i], want)
			}
		}
		d.mu.Lock()
		d.refused = "dlv config substitutePath /home/you /src"
		d.mu.Unlock()
		if a := command("dlv config substitutePath /home/you /src", 0); a.Success {
			t.Fatalf("got %s", a.Body)
		}
		if diff := cmp.Diff(second, paths()); diff != "" {
			t.Errorf("after a command that Delve refuses: %s", diff)
		}

		command("dlv config goroutineFilters -w label tenant=acme", 0)
		command("dlv config showPprofLabels tenant", 0)
		got, _ := threadsOf(t, r)
		if diff := cmp.Diff([]string{"* [Go 5] main.listen (Thread 4711)", "[Go 7 acme] main.work · chan receive 12s"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

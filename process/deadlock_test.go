//go:build linux && (amd64 || arm64)

package process

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
)

// TestDeadlocks tries that what is proven to be a deadlock is found, and nothing
// else.
func TestDeadlocks(t *testing.T) {
	builds := map[string][]string{
		"plain":        nil,
		"unoptimised":  {"-gcflags=all=-N -l"},
		"stripped pie": {"-buildmode=pie", "-ldflags=-s -w"},
	}
	if os.Getenv(matrixVar) != "" {
		for _, release := range releases {
			if release >= "go1.25" { // WaitGroup.Go
				builds[release] = []string{"GOTOOLCHAIN=" + release}
			}
		}
	}
	for name, args := range builds {
		t.Run(name, func(t *testing.T) {
			p, _ := startTelling(t, build(t, "deadlocks", args...))
			s := snapshot(t, open(t, p.pid()), false)
			defer s.Close()
			r := goruntime.NewReader(s, discard)
			waits, err := r.Waits(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			gs, err := r.Goroutines(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			names := map[int64]string{}
			for _, g := range gs {
				for _, f := range g.Own { // the outermost of the program's own
					if name, ok := strings.CutPrefix(f.Func, "main."); ok {
						names[g.ID] = name
					}
				}
			}
			named := func(ids []int64) string {
				var words []string
				for _, id := range ids {
					words = append(words, names[id])
				}
				slices.Sort(words)
				return strings.Join(words, " ")
			}
			var got []string
			for _, d := range stitch.Deadlocks(waits) {
				got = append(got, fmt.Sprintf("%d: %s; %s", len(d.Cycle), named(d.All), named(d.Stuck)))
			}
			slices.Sort(got)
			want := []string{"1: again; behind", "1: logs; ", "1: member; ", "2: left right; "}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("deadlocks (-want +got):\n%s", d)
			}
			edges := map[string]string{}
			for id, w := range waits {
				for _, e := range w.Edges(id) {
					edges[names[id]] += names[e.To] + " " + string(e.Confidence)
				}
			}
			for from, want := range map[string]string{
				"there":   "back candidate: main.transfer has deferred a call with the lock",
				"back":    "there candidate: main.transfer has deferred a call with the lock",
				"consume": "produce candidate: main.produce has the channel on its stack",
				"patient": "idle exact: the group's Go started it, and it has not ended",
			} {
				for _, g := range gs {
					if names[g.ID] != from {
						continue
					}
					wakers, err := r.Wakers(context.Background(), g.ID)
					if err != nil {
						t.Fatal(err)
					}
					if len(wakers) == 0 {
						t.Fatalf("nobody could wake %s", from)
					}
					e := wakers[0]
					if got := fmt.Sprintf("%s %s: %s", names[e.To], e.Confidence, e.Reason); got != want || e.From != g.ID {
						t.Errorf("who could wake %s: %s; want %s", from, got, want)
					}
				}
			}
			for from, to := range map[string]string{
				"patient": "idle exact", "read": "write exact", "write": "", "idle": "",
				"logs": "logs exact", "squeeze": "stuff exact", "stuff": "", "queue": "tell exact", "lock": "",
			} {
				if edges[from] != to {
					t.Errorf("%s waits for %q, and not %q", from, edges[from], to)
				}
			}
		})
	}
}

package dapproxy

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/stitch"
)

// labelled is chains of a program that records labels.
type labelled struct {
	*fakeChains
	labels stitch.Labels
	fail   error
}

func (c labelled) Labels(context.Context) (stitch.Labels, error) { return c.labels, c.fail }

func TestLabels(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := labelled{fakeChains: crowd(), labels: stitch.Labels{
			Count: 3, Memory: 200, MaxMemory: 1 << 26, Depth: 2, MaxDepth: 64, Goroutines: 8, Cuts: map[stitch.Cut]int{stitch.CutRuntime: 2},
			Sites: []stitch.LabelSite{{Site: stitch.Site{Func: "main.main", File: "/src/main.go", Line: 10}, Labels: 2}},
		}}
		cfg := c.config()
		cfg.NewChains = func(*Injector) Chains { return c }
		r, _ := stacked(t, cfg, nil)
		defer r.close()
		want := `{"count":3,"memoryBytes":200,"maxMemoryBytes":67108864,"longestChain":2,"maxChain":64,"goroutines":8,"cuts":{"runtime":2},` +
			`"sites":[{"function":"main.main","source":{"name":"main.go","path":"/src/main.go"},"line":10,"alive":0,"blocked":0,"labels":2}]}`
		if a := r.client.call("dlvx/labels", `{}`); string(a.Body) != want {
			t.Errorf("got\n%s\nwant\n%s", a.Body, want)
		}
	})
	for name, c := range map[string]Chains{
		"does not record": labelled{fakeChains: crowd(), fail: errors.New("the program does not record spawn labels")},
		"without a way":   crowd(),
	} {
		bubble(t, func(t *testing.T) {
			cfg := crowd().config()
			cfg.NewChains = func(*Injector) Chains { return c }
			r, _ := stacked(t, cfg, nil)
			defer r.close()
			if text := refused(t, r, "dlvx/labels", `{}`, "unreadable"); !strings.Contains(text, name) {
				t.Errorf("%s: refused with %s", name, text)
			}
		})
	}
}

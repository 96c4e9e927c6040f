package stitch

import (
	"strings"
	"testing"
	"time"
)

func sampleGoroutine() *Goroutine {
	return &Goroutine{
		ID:     18,
		State:  State{Status: "waiting", Wait: "chan receive", For: 12 * time.Second},
		Labels: map[string]string{"tenant": "Acme", "path": "a=b"},
		Own:    frames("runtime.gopark", "main.(*Worker).Run"),
		Chain: Chain{Links: []Link{
			{Spawner: 7, Frames: []Frame{{Func: "main.start", File: "/src/app/main.go", Line: 20}, {Func: "main.serve"}}},
			{Spawner: 1, Frames: []Frame{{Func: "main.main", File: `C:\src\main.go`, Line: 9}}},
		}},
	}
}

func TestFilterMatch(t *testing.T) {
	for filter, want := range map[string]bool{
		"":                              true,
		"  ":                            true,
		"func:worker":                   true,
		"func:WORKER":                   true,
		"func:main.serve":               true, // in the chain
		"func:receive":                  false,
		"-func:worker":                  false,
		"-func:other":                   true,
		"state:waiting":                 true,
		"state:chan":                    true,
		`state:"chan receive"`:          true,
		`"chan receive"`:                true,
		`-"chan receive"`:               false,
		"state:running":                 false,
		"state:Chan -func:x":            true,
		"chan receive":                  true,
		"chan send":                     false,
		"label:tenant":                  true,
		"label:TENANT":                  false,
		"label:tenant=Acme":             true,
		"label:tenant=acme":             false,
		"label:tenant=":                 false,
		"label:path=a=b":                true,
		"label:none":                    false,
		"acme":                          true,
		"tenan":                         true,
		"site:main.go:20":               true,
		"site:app/main.go:20":           true,
		"site:p/main.go:20":             false,
		"site:/src/app/main.go:20":      true,
		"site:/other/src/app/main.go:2": false,
		"site:main.go:21":               false,
		"site:main.go:9":                false, // its spawner's
		"site:main.START":               true,
		"site:main.serve":               false,
		"-site:main.start":              false,
		"id:18":                         true,
		"id:1":                          false,
		"wait:12s":                      true,
		"wait:12001ms":                  false,
		"-wait:1m":                      true,
		"system:yes":                    true,
		"system:no":                     true,
		"system:only":                   false,
		"worker acme wait:1s":           true,
		"worker acme wait:1h":           false,
		`fu"nc:worker"`:                 false, // text
	} {
		f, err := ParseFilter(filter)
		if err != nil {
			t.Errorf("%q: %v", filter, err)
			continue
		}
		if got := f.Match(sampleGoroutine()); got != want {
			t.Errorf("%q: match is %v, want %v", filter, got, want)
		}
	}
}

func TestFilterOfWindowsPath(t *testing.T) {
	g := &Goroutine{Chain: Chain{Links: []Link{{Frames: []Frame{{File: `C:\my src\main.go`, Line: 9}}}}}}
	for _, filter := range []string{`site:"C:\my src\main.go:9"`, `site:main.go:9`, `"site:C:\my src\main.go:9"`} {
		f, err := ParseFilter(filter)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := f.Match(g), !strings.HasPrefix(filter, `"`); got != want {
			t.Errorf("%s: match is %v, want %v", filter, got, want)
		}
	}
}

func TestFilterSystem(t *testing.T) {
	for filter, want := range map[string][2]bool{ // of the runtime's own, of another
		"":                    {false, true},
		"system:no":           {false, true},
		"system:yes":          {true, true},
		"system:only":         {true, false},
		"id:3":                {true, true},
		"id:3 system:no":      {false, true},
		"system:only id:3":    {true, false},
		"system:only -func:x": {true, false},
	} {
		f, err := ParseFilter(filter)
		if err != nil {
			t.Fatal(err)
		}
		got := [2]bool{f.Match(&Goroutine{ID: 3, System: true}), f.Match(&Goroutine{ID: 3})}
		if got != want {
			t.Errorf("%q: %v, want %v", filter, got, want)
		}
	}
}

func TestFilterErrors(t *testing.T) {
	for filter, want := range map[string]string{
		`state:"chan`:  "a quote is not closed",
		"func:":        `"func:" is not followed by anything`,
		"-":            "is not followed by anything",
		`""`:           "is not followed by anything",
		"main.go:20":   "main.go: is not known",
		"wait:10":      "a duration is expected",
		"wait:-10s":    "a duration is expected",
		"id:x":         "a number from 1 on",
		"id:0":         "a number from 1 on",
		"-id:3":        "id: cannot be negated",
		"-system:yes":  "system: cannot be negated",
		"system:maybe": "yes, no or only",
		"func:a fnc:b": "fnc: is not known; there are func:",
	} {
		_, err := ParseFilter(filter)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "reading the filter ") {
			t.Errorf("%q: error %v, want %q", filter, err, want)
		}
	}
}

func TestFilterSelect(t *testing.T) {
	f, err := ParseFilter("func:a")
	if err != nil {
		t.Fatal(err)
	}
	gs := f.Select([]Goroutine{{ID: 1, Own: frames("main.a")}, {ID: 2, Own: frames("x.b")}, {ID: 3, Own: frames("x.A")}})
	if len(gs) != 2 || gs[0].ID != 1 || gs[1].ID != 3 {
		t.Errorf("selected %+v", gs)
	}
}

// FuzzParseFilter: no text makes it panic, and what one condition selects its
// negation leaves out.
func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{`state:"chan receive" -func:main.worker`, `label:a=b site:main.go:12 wait:10s`, `id:18 system:yes`, "-\"", "a:\xff\u2028b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g := sampleGoroutine()
		filter, err := ParseFilter(s)
		if err != nil {
			return
		}
		if strings.HasPrefix(strings.TrimSpace(s), "-") || len(filter.conditions) != 1 || filter.System != WithoutSystem {
			filter.Match(g)
			return
		}
		not, err := ParseFilter("-" + strings.TrimSpace(s))
		if err != nil {
			t.Fatalf("%q can be read, its negation cannot: %v", s, err)
		}
		if filter.Match(g) == not.Match(g) {
			t.Fatalf("%q and its negation say the same", s)
		}
	})
}

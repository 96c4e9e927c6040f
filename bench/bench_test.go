package main

import (
	"encoding/json"
	"io"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// tiny is enough to go through everything once. The figures mean nothing, and
// nothing is expected of them.
var tiny = size{spawns: 1000, parked: 1000, stops: 4, crowd: 20, loops: 20, crowds: []int{30}, processes: []int{100}, watched: 100 * time.Millisecond}

func TestBench(t *testing.T) {
	if testing.Short() {
		t.Skip("builds several programs")
	}
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	// Not debug/cold, which compiles the standard library.
	match := regexp.MustCompile(`^spawn/.*/stack=20/chain=5$|^memory/stack=5/|^debug/warm$|^stack/|^crowd/|^dump/|^top/|^mode/.*/procs=1`)
	r, err := measure(t.Context(), config{match: match, rounds: 1, size: tiny, log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	var text, js strings.Builder
	if err := r.text(&text); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		"spawn/optimised/procs=1/stack=20/chain=5", "spawn/optimised/procs=2/stack=20/chain=5",
		"spawn/unoptimised/procs=1/stack=20/chain=5", "spawn/unoptimised/procs=2/stack=20/chain=5",
		"memory/stack=5/chain=1",
		"debug/warm",
		"mode/http/procs=1", "mode/pingpong/procs=1", "mode/mutex/procs=1", "mode/syscall/procs=1",
		"stack/exited/goroutines=12/first-page", "stack/exited/goroutines=12/first-frame-then-rest",
		"stack/exited/goroutines=12/again", "stack/exited/goroutines=12/session-start",
		"crowd/goroutines=30/pause-to-screen", "crowd/goroutines=30/step", "crowd/goroutines=30/memory",
		"top/goroutines=100/wall", "top/goroutines=100/cpu",
		"dump/goroutines=100/wall", "dump/goroutines=100/stop", "dump/goroutines=100/memory",
		"stack/exited/goroutines=20/threads", "stack/alive/goroutines=20/first-page",
	} {
		if !regexp.MustCompile(`(?m)^` + row + ` +\d`).MatchString(text.String()) {
			t.Errorf("no row %s", row)
		}
	}
	if !strings.Contains(text.String(), " bars met.\n") {
		t.Error("no verdict")
	}
	if t.Failed() {
		t.Logf("the text is\n%s", &text)
	}

	if err := r.json(&js); err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal([]byte(js.String()), &back); err != nil {
		t.Fatalf("the JSON cannot be read: %v\n%s", err, &js)
	}
	for _, s := range back.Sections {
		for _, row := range s.Rows {
			for i, v := range row.Values {
				if v.Median <= 0 {
					t.Errorf("%s: %s took %v %s", row.Case, s.Variants[i], v.Median, s.Unit)
				}
			}
		}
	}
}

// A -run that matches nothing is noticed by there being no sections.
func TestNothingMeasured(t *testing.T) {
	for _, s := range measured(section{Title: "empty"}) {
		t.Errorf("section %q without rows is kept", s.Title)
	}
}

func TestSpread(t *testing.T) {
	for _, test := range []struct {
		samples []float64
		want    spread
	}{
		{[]float64{3}, spread{3, 3, 3}},
		{[]float64{4, 1, 2}, spread{1, 2, 4}},
		{[]float64{4, 1, 3, 2}, spread{1, 2.5, 4}},
	} {
		if got := spreadOf(test.samples); got != test.want {
			t.Errorf("spreadOf(%v) = %v, want %v", test.samples, got, test.want)
		}
	}
}

// The bar is on the median of the comparisons within each round, which is not
// the comparison of the medians.
func TestCompare(t *testing.T) {
	samples := [][]float64{{10, 20, 40}, {20, 30, 40}}
	for _, test := range []struct {
		compare compare
		bar     float64
		want    spread
		pass    bool
	}{
		{asRatio, 1.5, spread{1, 1.5, 2}, true},
		{asRatio, 1.4, spread{1, 1.5, 2}, false},
		{asDifference, 10, spread{0, 10, 10}, true},
		{asDifference, 9, spread{0, 10, 10}, false},
	} {
		s := section{Compare: test.compare}
		s.add("case", test.bar, samples)
		row := s.Rows[0]
		if row.Changes[0] != test.want || *row.Pass != test.pass {
			t.Errorf("%s, bar %v: %v, pass %v; want %v, %v", test.compare, test.bar, row.Changes[0], *row.Pass, test.want, test.pass)
		}
	}
	s := section{Compare: asRatio}
	s.add("case", noBar, samples)
	if s.Rows[0].Pass != nil {
		t.Error("judged without a bar")
	}
}

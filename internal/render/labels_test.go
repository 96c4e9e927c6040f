package render

import (
	"strings"
	"testing"
	"time"

	"github.com/dlvx/dlvx/stitch"
)

func TestLabels(t *testing.T) {
	at := func(line, labels int, tally stitch.Tally) stitch.LabelSite {
		return stitch.LabelSite{Site: stitch.Site{Func: "main.start", File: "/src/main.go", Line: line, Tally: tally}, Labels: labels}
	}
	l := stitch.Labels{
		Count: 1204, Memory: 1434, MaxMemory: 64 << 20, Depth: 3, MaxDepth: 64, Respawn: 1, FramesCut: 2, Goroutines: 12,
		Cuts: map[stitch.Cut]int{stitch.CutMemory: 1, stitch.CutDepth: 2},
		Sites: []stitch.LabelSite{
			at(17, 2, stitch.Tally{Alive: 6, Blocked: 6, Longest: 3 * time.Second, States: map[string]int{"select": 6}}),
			at(12, 1100, stitch.Tally{}),
		},
	}
	var text, js strings.Builder
	if err := Labels(&text, l, Style{Dir: "/src"}); err != nil {
		t.Fatal(err)
	}
	if err := LabelsJSON(&js, l); err != nil {
		t.Fatal(err)
	}
	if want := `1,204 spawn labels in 1.4 KiB of 64 MiB, 3 of at most 64 in the longest chain
labels without their outermost frames: 2
labels that stand for repeated generations: 1
12 goroutines live; chains that are cut: 2 depth, 1 memory

ALIVE  LABELS  DOING               GO STATEMENT
6      2       select, longest 3s  main.start ./main.go:17
0      1,100   -                   main.start ./main.go:12
`; text.String() != want {
		t.Errorf("got\n%swant\n%s", text.String(), want)
	}
	if want := `{
  "count": 1204,
  "memoryBytes": 1434,
  "maxMemoryBytes": 67108864,
  "longestChain": 3,
  "maxChain": 64,
  "respawn": 1,
  "framesCut": 2,
  "goroutines": 12,
  "cuts": {
    "depth": 2,
    "memory": 1
  },
  "sites": [
    {
      "function": "main.start",
      "file": "/src/main.go",
      "line": 17,
      "labels": 2,
      "alive": 6,
      "blocked": 6,
      "longestWaitMs": 3000,
      "states": {
        "select": 6
      }
    },
    {
      "function": "main.start",
      "file": "/src/main.go",
      "line": 12,
      "labels": 1100,
      "alive": 0,
      "blocked": 0
    }
  ]
}
`; js.String() != want {
		t.Errorf("got\n%swant\n%s", js.String(), want)
	}
}

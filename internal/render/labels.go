package render

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dlvx/dlvx/stitch"
)

// Labels writes what became of the recording of spawns, and under it a line for
// each go statement:
//
//	12 spawn labels in 1.4 KiB of 64 MiB, 3 of at most 64 in the longest chain
//	labels without their outermost frames: 1
//	8 goroutines live; chains that are cut: 2 depth
//
//	ALIVE  LABELS  DOING         GO STATEMENT
//	6      2       chan receive  main.start ./main.go:17
//	0      9       -             main.main ./main.go:12
func Labels(w io.Writer, l stitch.Labels, style Style) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s spawn labels in %s of %s, %d of at most %d in the longest chain\n",
		Count(l.Count), size(l.Memory), size(l.MaxMemory), l.Depth, l.MaxDepth)
	if l.FramesCut > 0 {
		fmt.Fprintf(t, "labels without their outermost frames: %s\n", Count(l.FramesCut))
	}
	if l.Respawn > 0 {
		fmt.Fprintf(t, "labels that stand for repeated generations: %s\n", Count(l.Respawn))
	}
	fmt.Fprintf(t, "%s live", Plural(l.Goroutines, "goroutine"))
	if cuts := cutCounts(l); cuts != "" {
		fmt.Fprintf(t, "; chains that are cut: %s", cuts)
	}
	fmt.Fprint(t, "\n\nALIVE\tLABELS\tDOING\tGO STATEMENT\n")
	for _, s := range l.Sites {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", Count(s.Alive), Count(s.Labels), orNone(states(s.Tally)),
			style.position(stitch.Frame{Func: s.Func, File: s.File, Line: s.Line}))
	}
	return t.Flush()
}

// cutCounts tells how many chains are cut, by the reason: "2 depth, 1 memory".
func cutCounts(l stitch.Labels) string {
	var parts []string
	for _, cut := range slices.Sorted(maps.Keys(l.Cuts)) {
		parts = append(parts, fmt.Sprintf("%s %s", Count(l.Cuts[cut]), cut))
	}
	return strings.Join(parts, ", ")
}

// size writes a number of bytes: "512 B", "1.4 KiB", "64 MiB".
func size(n uint64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d B", n)
	}
	v, unit := float64(n)/(1<<10), "KiB"
	if n >= 1<<20 {
		v, unit = float64(n)/(1<<20), "MiB"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") + " " + unit
}

type (
	jsonLabels struct {
		Count          int             `json:"count"`
		MemoryBytes    uint64          `json:"memoryBytes"`
		MaxMemoryBytes uint64          `json:"maxMemoryBytes"`
		LongestChain   int             `json:"longestChain"`
		MaxChain       int             `json:"maxChain"`
		Respawn        int             `json:"respawn,omitempty"`
		FramesCut      int             `json:"framesCut,omitempty"`
		Goroutines     int             `json:"goroutines"`
		Cuts           map[string]int  `json:"cuts,omitempty"` // goroutines, by why their chain is cut
		Sites          []jsonLabelSite `json:"sites"`
	}
	jsonLabelSite struct {
		jsonPlace
		Labels        int            `json:"labels"`
		Alive         int            `json:"alive"`
		Blocked       int            `json:"blocked"`
		LongestWaitMs int64          `json:"longestWaitMs,omitempty"`
		States        map[string]int `json:"states,omitempty"`
	}
)

// LabelsJSON writes the same as one JSON object and a newline.
func LabelsJSON(w io.Writer, l stitch.Labels) error {
	js := jsonLabels{
		Count: l.Count, MemoryBytes: l.Memory, MaxMemoryBytes: l.MaxMemory, LongestChain: l.Depth, MaxChain: l.MaxDepth,
		Respawn: l.Respawn, FramesCut: l.FramesCut, Goroutines: l.Goroutines, Sites: make([]jsonLabelSite, 0, len(l.Sites)),
	}
	for cut, n := range l.Cuts {
		if js.Cuts == nil {
			js.Cuts = map[string]int{}
		}
		js.Cuts[string(cut)] = n
	}
	for _, s := range l.Sites {
		js.Sites = append(js.Sites, jsonLabelSite{
			jsonPlace{s.Func, s.File, s.Line}, s.Labels, s.Alive, s.Blocked, s.Longest.Milliseconds(), s.States,
		})
	}
	return encode(w, js)
}

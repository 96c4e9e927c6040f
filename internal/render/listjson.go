package render

import (
	"encoding/json"
	"io"

	"github.com/dlvx/dlvx/stitch"
)

// The JSON form of lists. The names are those of dlvx's DAP requests
// (docs/protocol.md), with the path of a file in place of a source. Times are in
// milliseconds; what is not known is left out.
type (
	jsonGoroutine struct {
		ID         int64             `json:"id"`
		Name       string            `json:"name,omitempty"` // the function that it began in
		Status     string            `json:"status"`
		WaitReason string            `json:"waitReason,omitempty"`
		WaitMs     int64             `json:"waitMs,omitempty"`
		jsonPlace                    // where it stands
		Spawn      *jsonSpawn        `json:"spawn,omitempty"` // the go statement that made it
		Labels     map[string]string `json:"labels,omitempty"`
		System     bool              `json:"system,omitempty"`
		WaitsOn    *jsonWait         `json:"waitsOn,omitempty"`
	}
	jsonSpawn struct {
		jsonPlace
		Goroutine int64 `json:"goroutine,omitempty"`
		Exited    bool  `json:"exited,omitempty"`
	}
	jsonPlace struct {
		Function string `json:"function,omitempty"`
		File     string `json:"file,omitempty"`
		Line     int    `json:"line,omitempty"`
	}
	jsonGroup struct {
		Count         int           `json:"count"`
		Name          string        `json:"name,omitempty"`
		State         string        `json:"state"`
		LongestWaitMs int64         `json:"longestWaitMs,omitempty"`
		Goroutines    []int64       `json:"goroutines"` // the ids of all of them
		Segments      []jsonSegment `json:"segments"`   // as in the JSON form of a stack
		WaitsOn       []jsonThing   `json:"waitsOn,omitempty"`
	}
	jsonNode struct {
		Root          string         `json:"root,omitempty"` // main, init, runtime, unknown
		Function      string         `json:"function,omitempty"`
		Site          *jsonPlace     `json:"site,omitempty"`
		From          *jsonPlace     `json:"from,omitempty"`
		Alive         int            `json:"alive"`
		Total         int            `json:"total"` // with those below
		Blocked       int            `json:"blocked"`
		LongestWaitMs int64          `json:"longestWaitMs,omitempty"`
		States        map[string]int `json:"states,omitempty"`
		Goroutines    []int64        `json:"goroutines,omitempty"` // the ids of those made here
		Children      []jsonNode     `json:"children,omitempty"`
	}
)

// GoroutinesJSON writes goroutines as one JSON array and a newline, with what they
// wait on, by their ids, where that is known.
func GoroutinesJSON(w io.Writer, gs []*stitch.Goroutine, waits map[int64]*stitch.Wait) error {
	out := make([]jsonGoroutine, 0, len(gs))
	for _, g := range gs {
		js := jsonGoroutine{
			ID: g.ID, Name: g.Entry().Func, Status: g.State.Status, WaitReason: g.State.Wait, WaitMs: g.State.For.Milliseconds(),
			jsonPlace: placeOf(g.State.At), Labels: g.Labels, System: g.System, WaitsOn: waitOf(waits[g.ID]),
		}
		if len(g.Chain.Links) > 0 {
			spawner := g.Spawner()
			js.Spawn = &jsonSpawn{placeOf(g.Site()), spawner, spawner != 0 && g.Chain.Links[0].State == nil}
		}
		out = append(out, js)
	}
	return encode(w, out)
}

// GroupsJSON writes groups as one JSON array and a newline, with the things that
// their goroutines wait on.
func GroupsJSON(w io.Writer, groups []stitch.Group, waits map[int64]*stitch.Wait) error {
	out := make([]jsonGroup, 0, len(groups))
	for _, g := range groups {
		out = append(out, jsonGroup{
			Count: g.Alive, Name: g.Goroutines[0].Entry().Func, State: g.State(), LongestWaitMs: g.Longest.Milliseconds(),
			Goroutines: idsOf(g.Goroutines), Segments: segmentsOf(g.Stack()), WaitsOn: thingsOf(g, waits),
		})
	}
	return encode(w, out)
}

// TreeJSON writes the roots of a spawn tree, which hold the rest of it, as one
// JSON array and a newline.
func TreeJSON(w io.Writer, top *stitch.Node) error {
	out := make([]jsonNode, 0, len(top.Children))
	for _, root := range top.Children {
		out = append(out, nodeOf(root))
	}
	return encode(w, out)
}

func nodeOf(n *stitch.Node) jsonNode {
	js := jsonNode{
		Root: string(n.Root), Function: n.Func(), Alive: n.Own.Alive, Total: n.Subtree.Alive, Blocked: n.Own.Blocked,
		LongestWaitMs: n.Own.Longest.Milliseconds(), States: n.Own.States, Goroutines: idsOf(n.Goroutines),
	}
	if at := n.Site(); at != (stitch.Frame{}) {
		place := placeOf(at)
		js.Site = &place
	}
	if n.From.Func != "" {
		place := placeOf(n.From)
		js.From = &place
	}
	for _, c := range n.Children {
		js.Children = append(js.Children, nodeOf(c))
	}
	return js
}

func placeOf(f stitch.Frame) jsonPlace { return jsonPlace{f.Func, f.File, f.Line} }

func idsOf(gs []*stitch.Goroutine) []int64 {
	ids := make([]int64, 0, len(gs))
	for _, g := range gs {
		ids = append(ids, g.ID)
	}
	return ids
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

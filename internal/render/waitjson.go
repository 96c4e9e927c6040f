package render

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/dlvx/dlvx/stitch"
)

// The JSON form of what goroutines wait on. Addresses are hexadecimal strings.
// What does not apply to a kind of object is left out.
type (
	jsonWait struct {
		Cases   []jsonCase `json:"cases,omitempty"`
		Cut     bool       `json:"cut,omitempty"`     // there are more cases
		Never   string     `json:"never,omitempty"`   // why nothing can wake it
		Unknown string     `json:"unknown,omitempty"` // why it is not known
	}
	jsonCase struct {
		Op    stitch.Op   `json:"op"`
		On    *jsonObject `json:"on,omitempty"`
		DueMs *int64      `json:"dueMs,omitempty"`
	}
	jsonObject struct {
		Kind     stitch.Kind  `json:"kind"`
		Address  string       `json:"address"`
		Waiting  int          `json:"waiting"`           // how many wait on it
		Waiters  []jsonWaiter `json:"waiters,omitempty"` // who; of a single goroutine only
		Needs    []jsonNeed   `json:"needs,omitempty"`   // who certainly has to go on before they can: some of them
		Elem     string       `json:"elem,omitempty"`
		Len      *uint64      `json:"len,omitempty"`
		Cap      *uint64      `json:"cap,omitempty"`
		Closed   bool         `json:"closed,omitempty"`
		Timer    bool         `json:"timer,omitempty"`
		Locked   *bool        `json:"locked,omitempty"`
		Readers  *int         `json:"readers,omitempty"`
		Counter  *int         `json:"counter,omitempty"`
		FD       *int         `json:"fd,omitempty"`
		FileName string       `json:"fileName,omitempty"`
	}
	jsonWaiter struct {
		Goroutine int64     `json:"goroutine"`
		Op        stitch.Op `json:"op"`
	}
	jsonNeed struct {
		Goroutine int64  `json:"goroutine"`
		Reason    string `json:"reason"`
	}
	jsonEdge struct {
		From       int64             `json:"from"`
		To         int64             `json:"to"`
		Confidence stitch.Confidence `json:"confidence"`
		Reason     string            `json:"reason"`
	}
	jsonDeadlock struct {
		Cycle      []jsonEdge `json:"cycle"`
		Goroutines []int64    `json:"goroutines"` // all that are caught in it
		Stuck      []int64    `json:"stuck"`      // others, that wait for them
	}
	jsonThing struct { // that goroutines of a group wait on
		jsonCase
		Goroutines []int64 `json:"goroutines"`
	}
	jsonWhere struct {
		jsonStack
		WaitsOn *jsonWait  `json:"waitsOn"` // null: it does not wait, or for nothing that can be told
		Wakers  []jsonEdge `json:"wakers"`  // who could wake it
	}
)

// WhereJSON writes a goroutine's logical stack as [JSON] does, with what it waits
// on and who could wake it.
func WhereJSON(w io.Writer, s stitch.Stack, wait *stitch.Wait, wakers []stitch.Edge) error {
	out := jsonWhere{jsonStack: stackOf(s), WaitsOn: waitOf(wait), Wakers: edgesOf(wakers)}
	if wait != nil {
		for i, c := range wait.Cases {
			if c.On == nil {
				continue
			}
			for _, other := range c.On.Waiters {
				on := out.WaitsOn.Cases[i].On
				on.Waiters = append(on.Waiters, jsonWaiter{other.Goroutine, other.Op})
			}
		}
	}
	return encode(w, out)
}

// DeadlocksJSON returns proven deadlocks as a JSON array; nil: there are none.
func DeadlocksJSON(all []stitch.Deadlock) (json.RawMessage, error) {
	if len(all) == 0 {
		return nil, nil
	}
	var out []jsonDeadlock
	for _, d := range all {
		out = append(out, jsonDeadlock{edgesOf(d.Cycle), d.All, d.Stuck})
	}
	return json.Marshal(out)
}

func edgesOf(edges []stitch.Edge) []jsonEdge {
	out := make([]jsonEdge, 0, len(edges))
	for _, e := range edges {
		out = append(out, jsonEdge(e))
	}
	return out
}

func waitOf(w *stitch.Wait) *jsonWait {
	if w == nil {
		return nil
	}
	out := &jsonWait{Cut: w.Cut, Never: w.Never, Unknown: w.Unknown}
	for _, c := range w.Cases {
		out.Cases = append(out.Cases, caseOf(c))
	}
	return out
}

func caseOf(c stitch.Case) jsonCase {
	js := jsonCase{Op: c.Op, On: objectOf(c.On)}
	if c.Due != nil {
		ms := c.Due.Milliseconds()
		js.DueMs = &ms
	}
	return js
}

func objectOf(o *stitch.Object) *jsonObject {
	if o == nil {
		return nil
	}
	out := &jsonObject{
		Kind: o.Kind, Address: fmt.Sprintf("%#x", o.Addr), Waiting: len(o.Waiters),
		Elem: o.Elem, Closed: o.Closed, Timer: o.Timer, FileName: o.Name,
	}
	for _, n := range o.Needs[:min(len(o.Needs), fewMembers)] {
		out.Needs = append(out.Needs, jsonNeed(n))
	}
	switch o.Kind {
	case stitch.Chan:
		out.Len, out.Cap = &o.Len, &o.Cap
	case stitch.Mutex:
		out.Locked = &o.Locked
	case stitch.RWMutex:
		out.Locked, out.Readers = &o.Locked, &o.Readers
	case stitch.WaitGroup:
		out.Counter = &o.Counter
	case stitch.File:
		out.FD = &o.FD
	}
	return out
}

// thingsOf returns what the goroutines of a group wait on, with who does, in the
// order of these.
func thingsOf(g stitch.Group, waits map[int64]*stitch.Wait) []jsonThing {
	type key struct {
		on *stitch.Object
		op stitch.Op
	}
	index := map[key]int{}
	var out []jsonThing
	for _, member := range g.Goroutines {
		w := waits[member.ID]
		if w == nil {
			continue
		}
		for _, c := range w.Cases {
			if c.On == nil {
				continue
			}
			k := key{c.On, c.Op}
			at, ok := index[k]
			if !ok {
				at = len(out)
				index[k] = at
				out = append(out, jsonThing{jsonCase: caseOf(c)})
			}
			if ids := &out[at].Goroutines; len(*ids) == 0 || (*ids)[len(*ids)-1] != member.ID {
				*ids = append(*ids, member.ID)
			}
		}
	}
	return out
}

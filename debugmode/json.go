package debugmode

import (
	"encoding/json"

	"github.com/dlvx/dlvx/stitch"
)

// jsonLines is the form for programs: an object in each line, the last of
// which is the summary.
type jsonLines struct {
	isStd func(stitch.Frame) bool
	text  writer // what else stands in each object; nil: nothing
}

type (
	jsonEvent struct {
		Kind      Kind          `json:"kind"`
		Goroutine int64         `json:"goroutine"`        // or one of those; 0: contexts
		Count     int           `json:"count"`            // goroutines, or contexts
		Total     int           `json:"total,omitempty"`  // contexts made there
		Function  string        `json:"function"`         // the goroutine's first
		State     string        `json:"state"`            // the runtime's word
		Leaked    bool          `json:"leaked,omitempty"` // it can never be woken
		Waited    float64       `json:"waited,omitempty"` // seconds
		Ran       float64       `json:"ran,omitempty"`    // seconds on a thread, or in the call
		Wall      float64       `json:"wall,omitempty"`   // seconds by the clock
		GoesOn    bool          `json:"goesOn,omitempty"` // it still runs
		Call      string        `json:"call,omitempty"`   // "system call" or "cgo call"
		Test      string        `json:"test,omitempty"`
		Dir       string        `json:"dir,omitempty"` // of the package under test
		AtExit    bool          `json:"atExit,omitempty"`
		Mid       []jsonFrame   `json:"mid,omitempty"`   // frames when half the limit had passed, innermost first
		Segments  []jsonSegment `json:"segments"`        // the goroutine's own frames first, main's last
		Where     *jsonFrame    `json:"where,omitempty"` // the place in the user's sources that has to do with it
		Message   string        `json:"message"`
		Text      string        `json:"text,omitempty"` // see Options
	}
	jsonSegment struct {
		Goroutine int64       `json:"goroutine"` // 0: not known, or several
		Frames    []jsonFrame `json:"frames"`    // innermost first
		FramesCut bool        `json:"framesCut"`
		Cut       stitch.Cut  `json:"cut"`
	}
	jsonFrame struct {
		Func string `json:"func"`
		File string `json:"file"`
		Line int    `json:"line"`
	}
	jsonRepeat struct {
		Kind     Kind    `json:"kind"`
		Function string  `json:"function"`
		Count    int     `json:"count"`
		Longest  float64 `json:"longest"` // seconds
	}
)

func (j jsonLines) most() int {
	if j.text != nil {
		return j.text.most()
	}
	return 0
}

func (jsonLines) header(Kind, int) string { return "" }

func (j jsonLines) rest(k Kind, groups, count int) string {
	return line(struct {
		Kind  string `json:"kind"`
		Of    Kind   `json:"of"`
		Count int    `json:"count"`
		Text  string `json:"text,omitempty"`
	}{"rest", k, count, j.textOf(func(w writer) string { return w.rest(k, groups, count) })})
}

// textOf returns what text says, where that is wanted.
func (j jsonLines) textOf(say func(writer) string) string {
	if j.text == nil {
		return ""
	}
	return say(j.text)
}

func (j jsonLines) event(e *Event, grown int) string {
	out := jsonEvent{
		Kind: e.Kind, Goroutine: e.Goroutine, Count: e.Count, Total: e.Total, Function: e.function(),
		Leaked: e.leaked(), Waited: e.Waited.Seconds(), Ran: e.Ran.Seconds(), Wall: e.Wall.Seconds(), GoesOn: e.GoesOn,
		Test: e.Test, Dir: e.Dir, AtExit: e.AtExit, Mid: jsonFrames(e.Mid), Segments: []jsonSegment{}, Message: message(e, grown),
		Text: j.textOf(func(w writer) string { return w.event(e, grown) }),
	}
	if f := spotOf(e, j.isStd); f.File != "" {
		out.Where = &jsonFrame{f.Func, f.File, f.Line}
	}
	if e.Kind == Blocked {
		out.Call = call(e)
	}
	for i, s := range e.Stack.Segments {
		if i == 0 && s.State != nil {
			out.State = s.State.Word()
		}
		out.Segments = append(out.Segments, jsonSegment{max(0, s.Goroutine), jsonFrames(s.Frames), s.FramesCut, s.Cut})
	}
	return line(out)
}

func jsonFrames(frames []stitch.Frame) []jsonFrame {
	out := make([]jsonFrame, len(frames))
	for i, f := range frames {
		out[i] = jsonFrame{f.Func, f.File, f.Line}
	}
	return out
}

func (j jsonLines) summary(s *summary) string {
	repeats := []jsonRepeat{}
	for _, at := range s.repeats {
		repeats = append(repeats, jsonRepeat{at.first.Kind, at.first.function(), at.count, at.longest.Seconds()})
	}
	counts := map[Kind]int{}
	for _, k := range Kinds {
		counts[k] = s.counts[k]
	}
	return line(struct {
		Kind    string       `json:"kind"`
		Counts  map[Kind]int `json:"counts"`
		Repeats []jsonRepeat `json:"repeats"`
		Lost    int          `json:"lost"`
		Text    string       `json:"text,omitempty"`
	}{"summary", counts, repeats, s.lost, j.textOf(func(w writer) string { return w.summary(s) })})
}

func line(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // numbers, strings and lists of them
	}
	return string(text) + "\n"
}

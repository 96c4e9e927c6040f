package render

import (
	"io"

	"github.com/dlvx/dlvx/stitch"
)

// The JSON form. Every field is always there, so that no consumer has to tell
// an absent one from an empty one.
type (
	jsonStack struct {
		Goroutine int64         `json:"goroutine"` // the goroutine whose stack it is
		State     string        `json:"state"`     // see stateWord
		Segments  []jsonSegment `json:"segments"`  // the goroutine's own frames first, main's last
		Cut       string        `json:"cut"`       // why the chain ends before its beginning; "": it does not
	}
	jsonSegment struct {
		Goroutine  int64       `json:"goroutine"` // 0: not known any more; -1: several, in a group
		State      string      `json:"state"`
		Provenance string      `json:"provenance"` // own, label, ancestors, live
		Frames     []jsonFrame `json:"frames"`     // innermost first
		FramesCut  bool        `json:"framesCut"`  // the outermost frames are missing
		Cut        string      `json:"cut"`        // what is missing after this segment
	}
	jsonFrame struct {
		Func string `json:"func"`
		File string `json:"file"`
		Line int    `json:"line"`
	}
)

// JSON writes a logical stack as one JSON object and a newline.
func JSON(w io.Writer, s stitch.Stack) error { return encode(w, stackOf(s)) }

func stackOf(s stitch.Stack) jsonStack {
	out := jsonStack{Segments: segmentsOf(s)}
	if len(out.Segments) > 0 {
		out.Goroutine, out.State = out.Segments[0].Goroutine, out.Segments[0].State
		out.Cut = out.Segments[len(out.Segments)-1].Cut
	}
	return out
}

func segmentsOf(s stitch.Stack) []jsonSegment {
	segments := make([]jsonSegment, 0, len(s.Segments))
	for _, seg := range s.Segments {
		js := jsonSegment{
			Goroutine:  seg.Goroutine,
			State:      stateWord(seg),
			Provenance: string(seg.Provenance),
			Frames:     make([]jsonFrame, 0, len(seg.Frames)),
			FramesCut:  seg.FramesCut,
			Cut:        string(seg.Cut),
		}
		for _, f := range seg.Frames {
			js.Frames = append(js.Frames, jsonFrame{f.Func, f.File, f.Line})
		}
		segments = append(segments, js)
	}
	return segments
}

// stateWord is what the segment's goroutine is doing now, in the runtime's
// words: the wait reason of a waiting one ("chan receive"), else its status
// ("running"). It is "exited" for one that has exited, and "" where that is not
// known.
func stateWord(seg stitch.Segment) string {
	switch {
	case seg.State != nil:
		return seg.State.Word()
	case seg.Goroutine > 0 && seg.Provenance != stitch.Own:
		return "exited"
	}
	return ""
}

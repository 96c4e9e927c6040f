package render

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dlvx/dlvx/stitch"
)

func sample() stitch.Stack {
	dir, _ := filepath.Abs("proj")
	main := filepath.Join(dir, "main.go")
	return stitch.Stack{Segments: []stitch.Segment{
		{
			Goroutine: 21, State: &stitch.State{Status: "running"}, Provenance: stitch.Own,
			Frames: []stitch.Frame{{Func: "main.worker", File: main, Line: 24}, {Func: "main.Map[...]", File: "/elsewhere/<b>.go", Line: 2}},
		},
		{
			Goroutine: 7, Provenance: stitch.Label,
			Frames:    []stitch.Frame{{Func: "main.start", File: main, Line: 17}, {}},
			FramesCut: true,
		},
		{
			Goroutine: 1, Provenance: stitch.Label, Cut: stitch.CutDepth,
			State:  &stitch.State{Status: "waiting", Wait: "select", For: 12 * time.Second},
			Frames: []stitch.Frame{{Func: "main.main", File: main, Line: 9}},
		},
	}}
}

func TestText(t *testing.T) {
	dir, _ := filepath.Abs("proj")
	var b strings.Builder
	if err := Text(&b, sample(), Style{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	want := `goroutine 21 [running]:
main.worker
    ./main.go:24
main.Map[...]
    /elsewhere/<b>.go:2
── created by goroutine 7 (exited)
main.start
    ./main.go:17
?
` + stitch.FramesCutText + `
── created by goroutine 1, now [select 12s]
main.main
    ./main.go:9
` + stitch.CutDepth.Text() + "\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestTextColor(t *testing.T) {
	var plain, colored strings.Builder
	if err := Text(&plain, sample(), Style{}); err != nil {
		t.Fatal(err)
	}
	if err := Text(&colored, sample(), Style{Color: true}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(plain.String(), "\x1b") || !strings.Contains(colored.String(), bold+"main.worker"+reset) {
		t.Errorf("plain %q\ncolored %q", plain.String(), colored.String())
	}
	stripped := strings.NewReplacer(bold, "", dim, "", reset, "").Replace(colored.String())
	if stripped != plain.String() {
		t.Errorf("without colours: %q\nwant %q", stripped, plain.String())
	}
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	if err := JSON(&b, sample()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), `\u003c`) {
		t.Error("file names are escaped for HTML")
	}
	type frame struct {
		Func, File string
		Line       int
	}
	var got struct {
		Goroutine int64
		State     string
		Cut       *string
		Segments  []struct {
			Goroutine         int64
			State, Provenance string
			Frames            []frame
			FramesCut         *bool
			Cut               *string
		}
	}
	dec := json.NewDecoder(strings.NewReader(b.String()))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Goroutine != 21 || got.State != "running" || *got.Cut != "depth" || len(got.Segments) != 3 {
		t.Fatalf("got %s", b.String())
	}
	s := got.Segments[1]
	if s.Goroutine != 7 || s.State != "exited" || s.Provenance != "label" || !*s.FramesCut || *s.Cut != "" || s.Frames[0].Line != 17 {
		t.Errorf("second segment: %+v", s)
	}
	if s := got.Segments[2]; s.State != "select" || *s.Cut != "depth" {
		t.Errorf("third segment: %+v", s)
	}
}

// A consumer may take every list and field for granted.
func TestJSONEmpty(t *testing.T) {
	var b strings.Builder
	if err := JSON(&b, stitch.Stack{Segments: []stitch.Segment{{Provenance: stitch.Own}}}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Errorf("got %s", b.String())
	}
}

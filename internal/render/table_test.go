package render

import (
	"strings"
	"testing"

	"github.com/dlvx/dlvx/stitch"
)

// Labels cannot break a line, or take over a terminal.
func TestTableOfLabels(t *testing.T) {
	var b strings.Builder
	gs := []*stitch.Goroutine{
		{ID: 1, State: stitch.State{Status: "running"}},
		{ID: 2, State: stitch.State{Status: "running"}, Labels: map[string]string{"user": "ann", "job": "a\x1b[31m\tb"}},
	}
	if err := Table(&b, gs, Style{}); err != nil {
		t.Fatal(err)
	}
	want := `ID  STATE    BEGAN IN  STANDS AT  CREATED BY  LABELS
1   running  -         -          -           -
2   running  -         -          -           job="a\x1b[31m\tb" user=ann
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

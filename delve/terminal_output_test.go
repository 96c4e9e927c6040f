package delve

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-delve/delve/service/api"
)

// printed prints frames as Delve's terminal does, through separate.
func printed(t *testing.T, indent string, colors api.StackTraceColors, frames []api.Stackframe) string {
	t.Helper()
	var b bytes.Buffer
	path := func(s string) string { return s }
	all := func(api.Stackframe) bool { return true }
	api.PrintStack(path, separate(&b), frames, indent, false, colors, all)
	return b.String()
}

func frame(pc uint64, name string, line int) api.Stackframe {
	return api.Stackframe{Location: api.Location{
		PC: pc, File: "main.go", Line: line, Function: &api.Function{Name_: name},
	}}
}

func TestSeparate(t *testing.T) {
	created := annotate("main.start", []string{"... outer frames cut", "created by goroutine 7 (exited)"})
	last := annotate("main.main", []string{"created by goroutine 1, now [select]", "... older spawners cut"})
	frames := []api.Stackframe{
		frame(1, "main.worker", 10), frame(2, created, 20), frame(3, "main.f", 30), frame(4, last, 40),
	}
	frames[3].Bottom = true
	want := `
	0  0x0000000000000001 in main.worker
	   at main.go:10
... outer frames cut
── created by goroutine 7 (exited)
	1  0x0000000000000002 in main.start
	   at main.go:20
	2  0x0000000000000003 in main.f
	   at main.go:30
── created by goroutine 1, now [select]
	3  0x0000000000000004 in main.main
	   at main.go:40
... older spawners cut
`
	if got, want := printed(t, "", api.StackTraceColors{}, frames), strings.ReplaceAll(want[1:], "\t", ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	t.Run("in one write", func(t *testing.T) {
		var lines, all bytes.Buffer
		path := func(s string) string { return s }
		api.PrintStack(path, &lines, frames, "", false, api.StackTraceColors{}, func(api.Stackframe) bool { return true })
		if n, err := separate(&all).Write(lines.Bytes()); n != lines.Len() || err != nil {
			t.Errorf("wrote %d of %d (%v)", n, lines.Len(), err)
		}
		if want := printed(t, "", api.StackTraceColors{}, frames); all.String() != want {
			t.Errorf("got\n%s\nwant\n%s", all.String(), want)
		}
	})
	t.Run("ten frames", func(t *testing.T) {
		frames := append(make([]api.Stackframe, 9), frames...)
		for _, indent := range []string{"", "\t"} {
			got := printed(t, indent, api.StackTraceColors{}, frames)
			if want := "\n" + indent + "── created by goroutine 7"; !strings.Contains(got, want) {
				t.Errorf("separators are not in the first column:\n%s", got)
			}
		}
	})
	t.Run("offsets", func(t *testing.T) {
		frames := slices.Clone(frames)
		frames[0].FrameOffset, frames[0].FramePointerOffset = -0x28, -0x38
		var b bytes.Buffer
		path := func(s string) string { return s }
		api.PrintStack(path, separate(&b), frames, "", true, api.StackTraceColors{}, func(api.Stackframe) bool { return true })
		if got := b.String(); strings.Count(got, "frame pointer") != 1 || !strings.Contains(got, "frame: -0x28 frame pointer -0x38\n") {
			t.Errorf("offsets are not those of the own frame alone:\n%s", got)
		}
	})
	t.Run("indented", func(t *testing.T) {
		got := printed(t, "\t", api.StackTraceColors{}, frames)
		if want := "\n\t── created by goroutine 7 (exited)\n\t1  0x"; !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwhich lacks %q", got, want)
		}
	})
	t.Run("colors", func(t *testing.T) {
		colors := api.StackTraceColors{FunctionColor: "\x1b[1m", NormalColor: "\x1b[0m", BasenameColor: "\x1b[1m"}
		got := printed(t, "", colors, frames)
		want := "\x1b[2m── created by goroutine 7 (exited)\x1b[0m\n1  0x0000000000000002 in \x1b[1mmain.start\x1b[0m\n"
		if !strings.Contains(got, want) {
			t.Errorf("got\n%q\nwhich lacks\n%q", got, want)
		}
	})
}

// What is not a frame's line passes through as it is, also where a program's
// data holds the mark.
func TestSeparatePassesThrough(t *testing.T) {
	for _, text := range []string{
		"", "(dlv) ", "s = \"a" + mark + "b\"\n", "0x1 in f" + mark + "x\n", mark, "> main.main() ./main.go:3\n",
	} {
		var b bytes.Buffer
		n, err := fmt.Fprint(separate(&b), text)
		if n != len(text) || err != nil || b.String() != text {
			t.Errorf("%q became %q (%d, %v)", text, b.String(), n, err)
		}
	}
}

// TestHaltNotice: it is left out where ^C ends a listing.
func TestHaltNotice(t *testing.T) {
	var b bytes.Buffer
	listing := true
	s := &separator{w: &b, listing: func() bool { return listing }}
	for _, text := range []string{haltNotice, "interrupted\n"} {
		if n, err := s.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	}
	listing = false
	if _, err := s.Write([]byte(haltNotice)); err != nil || b.String() != "interrupted\n"+haltNotice {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

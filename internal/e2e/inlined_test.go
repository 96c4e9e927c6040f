package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
)

// TestInlinedFrames compares the recorded frames of optimised programs with
// what runtime.CallersFrames says in the program itself, at the same go
// statements.
func TestInlinedFrames(t *testing.T) {
	for name, flags := range map[string][]string{
		"optimised":    nil,
		"pie":          {"-buildmode=pie"},
		"more inlined": {"-gcflags=-l=4"},
		"not inlined":  {fixture.DebugFlag},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := fixture.Load(filepath.Join("testdata", "inlined"))
			if err != nil {
				t.Fatal(err)
			}
			written := filepath.Join(t.TempDir(), "stacks.json")
			p.Args = []string{written}
			s := startSession(t, p, buildRecording(t, p, flags...))
			s.runToStop(t)
			got, inlined := s.spawnStacks(t, "main.park")
			if diff := cmp.Diff(readStacks(t, written), got); diff != "" {
				t.Errorf("recorded stacks (-runtime.CallersFrames +recorded):\n%s", diff)
			}
			t.Logf("%d go statements, %d inlined calls", len(got), inlined)
			if optimised := !slices.Contains(flags, fixture.DebugFlag); len(got) < 35 || optimised && inlined < 50 {
				t.Errorf("%d go statements and %d inlined calls: too few to compare", len(got), inlined)
			}
		})
	}
}

// spawnStacks returns the stacks of the go statements that made the goroutines
// which stand in a function, as text, sorted, and how many of their calls are
// inlined.
func (s *session) spawnStacks(t *testing.T, function string) (stacks []string, inlined int) {
	t.Helper()
	for _, g := range s.goroutines(t) {
		own, err := s.r.Stack(g.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(own, func(f stitch.Frame) bool { return f.Func == function }) {
			continue
		}
		c, err := s.r.Chain(g.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, f := range c.Links[0].Frames {
			fmt.Fprintf(&b, "%s %s:%d\n", shortened(f.Func), f.File, f.Line)
			if f.Inlined {
				inlined++
			}
		}
		stacks = append(stacks, b.String())
	}
	slices.Sort(stacks)
	return stacks, inlined
}

// readStacks returns the stacks that the program has written, as text, sorted.
func readStacks(t *testing.T, path string) (stacks []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for d := json.NewDecoder(file); ; {
		var scenario struct{ Frames []runtime.Frame }
		if err := d.Decode(&scenario); errors.Is(err, io.EOF) {
			slices.Sort(stacks)
			return stacks
		} else if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, f := range scenario.Frames {
			if f.Function != "runtime.main" && f.Function != "runtime.goexit" { // below the first function of every goroutine
				fmt.Fprintf(&b, "%s %s:%d\n", shortened(f.Function), f.File, f.Line)
			}
		}
		stacks = append(stacks, b.String())
	}
}

// shortened returns a function's name as the runtime prints it: type arguments
// are left out.
func shortened(name string) string {
	i, j := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']')
	if i < 0 || j < i {
		return name
	}
	return name[:i] + "[...]" + name[j+1:]
}

// Package e2e holds the tests that run the fixture programs through every
// reader that there is: a Delve session, DAP, the terminal. It has no code of
// its own. All readers are held against the one expectation that each program
// carries, so they cannot disagree.
package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/debugmode"
	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/dlvx/dlvx/stitch"
)

// builder builds the fixture programs for all tests of this package.
var builder *fixture.Builder

// binDir holds what these tests build, progsDir the fixture programs: a Delve
// in this process may change the working directory.
var binDir, progsDir string

func TestMain(m *testing.M) {
	// The recording builds of these tests run the test binary as their wrapper.
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == spawnlabel.ToolexecName {
		os.Exit(spawnlabel.Toolexec(os.Args[1:], os.Stdout, os.Stderr, debugmode.Addition()))
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "dlvx-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binDir = dir
	if progsDir, err = filepath.Abs("../../testdata/progs"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	builder = fixture.NewBuilder(dir)
	return m.Run()
}

func programs(t *testing.T) []*fixture.Program {
	t.Helper()
	all, err := fixture.LoadAll(progsDir)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// program returns one fixture program.
func program(t testing.TB, name string) *fixture.Program {
	t.Helper()
	p, err := fixture.Load(filepath.Join(progsDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// buildRecording builds p with spawn labels, as a debugger builds.
func buildRecording(t *testing.T, p *fixture.Program, flags ...string) string {
	t.Helper()
	return buildRecordingWith(t, builder, p, flags...)
}

func buildRecordingWith(t *testing.T, b *fixture.Builder, p *fixture.Program, flags ...string) string {
	t.Helper()
	bin, err := b.Build(p, append(recordingFlags(t, p.Dir), flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// recordingFlags returns the flags that make go build in a folder record.
func recordingFlags(t *testing.T, dir string) []string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := spawnlabel.Prepare(context.Background(), spawnlabel.Request{Go: "go", Dir: dir, Exe: exe})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Reason != "" {
		t.Fatalf("this Go cannot record: %s", plan.Reason)
	}
	return plan.Flags
}

// lines turns a logical stack into what fixture compares.
func lines(s stitch.Stack) fixture.Stack {
	var out fixture.Stack
	for i, seg := range s.Segments {
		if i > 0 {
			out = append(out, fixture.Line{Sep: seg.Separator()})
		}
		for _, f := range seg.Frames {
			out = append(out, fixture.Line{Func: f.Func, File: f.File, Line: f.Line})
		}
		for _, note := range seg.Notes() {
			out = append(out, fixture.Line{Sep: note})
		}
	}
	return out
}

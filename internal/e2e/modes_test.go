package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/fixture"
)

// TestBuildModes reads programs that are built in the ways that people build.
// They show the same stacks; the programs are those whose stops and lines do
// not depend on the mode.
func TestBuildModes(t *testing.T) {
	for _, mode := range []struct {
		name, program string
		cgo           string // CGO_ENABLED; "": as it comes
		flags         []string
	}{
		{"race", "exited", "1", []string{"-race", fixture.DebugFlag}},
		{"cgo", "cgocallback", "1", []string{fixture.DebugFlag}},
		{"no cgo", "errgroup", "0", []string{fixture.DebugFlag}},
		// The names of files have no folders that a breakpoint could be set by.
		{"trimpath", "pool", "", []string{"-trimpath", fixture.DebugFlag}},
		{"pie", "exited", "", []string{"-buildmode=pie", fixture.DebugFlag}},
		{"optimised", "exited", "", nil},
		{"optimised, generic", "generic", "", nil},
		{"optimised, trimpath, pie", "pool", "", []string{"-trimpath", "-buildmode=pie"}},
		{"cover", "fanin", "", []string{"-cover", fixture.DebugFlag}},
	} {
		t.Run(mode.name, func(t *testing.T) {
			if mode.cgo != "" {
				t.Setenv("CGO_ENABLED", mode.cgo)
			}
			if mode.cgo == "1" {
				needC(t)
			}
			p := program(t, mode.program)
			exe := buildRecordingWith(t, fixture.NewBuilder(t.TempDir()), p, mode.flags...)
			s := startSession(t, p, exe)
			s.runToStop(t)
			if d := p.Diff(s.stacks(t)); d != "" {
				t.Error(d)
			}
			s.compareStacks(t)
		})
	}
}

// TestPlugin: goroutines of a plugin have chains as any others, through the
// plugin and its host.
func TestPlugin(t *testing.T) {
	t.Setenv("CGO_ENABLED", "1")
	needC(t)
	host, err := fixture.Load(filepath.Join("testdata", "plugin"))
	if err != nil {
		t.Fatal(err)
	}
	plug := *host
	plug.Package = "./plug"
	host.Args = []string{buildRecording(t, &plug, "-buildmode=plugin", fixture.DebugFlag)}
	s := startSession(t, host, buildRecording(t, host, fixture.DebugFlag))
	s.runToStop(t)
	if d := host.Diff(s.stacks(t)); d != "" {
		t.Error(d)
	}
	s.compareStacks(t)
}

// TestStripped: a stripped program has nothing that a debugger could go by. It
// is said what is missing; the program can be started and ended all the same.
func TestStripped(t *testing.T) {
	p := program(t, "pool")
	s := startSession(t, p, buildRecording(t, p, "-ldflags=-s -w"))
	c, err := s.r.Chain(1, 0)
	if err == nil || !strings.Contains(err.Error(), "finding the Go runtime's structures") {
		t.Errorf("goroutine 1 has the chain %+v, %v", c, err)
	}
}

func needC(t *testing.T) {
	t.Helper()
	out, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath(strings.TrimSpace(string(out))); err != nil {
		t.Skip("needs a C compiler")
	}
}

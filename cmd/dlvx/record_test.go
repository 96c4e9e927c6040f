package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/dapproxy"
	"github.com/dlvx/dlvx/spawnlabel"
)

func TestWithAncestors(t *testing.T) {
	for godebug, want := range map[string]string{
		"":                                  "tracebackancestors=10",
		"madvdontneed=1":                    "madvdontneed=1,tracebackancestors=10",
		"tracebackancestors=3":              "tracebackancestors=3",
		"gctrace=1,tracebackancestors=3":    "gctrace=1,tracebackancestors=3",
		"notracebackancestors=3":            "notracebackancestors=3,tracebackancestors=10",
		"x=tracebackancestors=3,gctrace=0,": "x=tracebackancestors=3,gctrace=0,,tracebackancestors=10",
	} {
		if got := withAncestors(godebug, 10); got != want {
			t.Errorf("%q becomes %q, want %q", godebug, got, want)
		}
	}
}

func TestLaunchEnv(t *testing.T) {
	text := func(s string) *string { return &s }
	env := []string{"A=1", "GODEBUG=x=1", "B=2=3"}
	for _, tt := range []struct {
		changes map[string]*string
		env     []string
		godebug string
	}{
		{nil, env, "x=1"},
		{map[string]*string{"GODEBUG": nil, "C": text("")}, []string{"A=1", "B=2=3", "C="}, ""},
		{map[string]*string{"GODEBUG": text("y=2")}, []string{"A=1", "B=2=3", "GODEBUG=y=2"}, "y=2"},
		{map[string]*string{"A": text("9")}, []string{"GODEBUG=x=1", "B=2=3", "A=9"}, "x=1"},
	} {
		got, godebug := launchEnv(env, tt.changes)
		if !slices.Equal(got, tt.env) || godebug != tt.godebug {
			t.Errorf("%v: got %q, %q, want %q, %q", tt.changes, got, godebug, tt.env, tt.godebug)
		}
	}
}

// fakeGo puts a go command into PATH whose runtime is not as expected, or, with
// goroot "", which fails.
func fakeGo(t *testing.T, goroot string) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	bin := t.TempDir()
	script := "#!/bin/sh\necho no go >&2\npwd >&2\nexit 1\n"
	if goroot != "" {
		script = `#!/bin/sh
echo '{"GOROOT":"` + goroot + `","GOVERSION":"go1.99","GOFLAGS":""}'
`
	}
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no shell:", err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("GODEBUG", "madvdontneed=1")
}

// TestWatchOfPlainBinary: what cannot warn is not taken for what has nothing to say.
func TestWatchOfPlainBinary(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var r recorder
	defer r.close()
	got, err := r.Prepare(t.Context(), dapproxy.Launch{Mode: "exec", Record: "auto", Program: exe, Watch: &dapproxy.Watch{}})
	if want := "dlvx: no debug mode: " + exe + " was not built by dlvx build"; err != nil || got.Note != want || got.Settle != nil {
		t.Errorf("got %+v (%v)", got, err)
	}
}

func TestRecorder(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var r recorder
	ctx := context.Background()
	got, err := r.Prepare(ctx, dapproxy.Launch{Ancestors: 10, Mode: "debug", Record: "auto", BuildFlags: []string{"-race"}})
	if err != nil || len(got.Flags) != 1 || !strings.HasSuffix(got.Flags[0], spawnlabel.ToolexecName) || got.Note != "" || got.Env != nil {
		t.Errorf("auto: got %+v (%v)", got, err)
	}
	got, err = r.Prepare(ctx, dapproxy.Launch{Ancestors: 10, Mode: "debug", Record: "ancestors"})
	if err != nil || got.Flags != nil || !strings.HasSuffix(got.Env["GODEBUG"], "tracebackancestors=10") {
		t.Errorf("ancestors: got %+v (%v)", got, err)
	}

	t.Run("unknown runtime", func(t *testing.T) {
		fakeGo(t, t.TempDir())
		got, err := r.Prepare(ctx, dapproxy.Launch{Ancestors: 10, Mode: "debug", Record: "auto"})
		if err != nil || got.Flags != nil || got.Env["GODEBUG"] != "madvdontneed=1,tracebackancestors=10" || got.Note == "" || strings.Contains(got.Note, "\n") {
			t.Errorf("auto: got %+v (%v), want ancestors and a line that says why", got, err)
		}
		if _, err := r.Prepare(ctx, dapproxy.Launch{Ancestors: 10, Mode: "debug", Record: "label"}); err == nil {
			t.Error("label: no error although labels cannot be recorded")
		}
	})
	t.Run("as many as are kept", func(t *testing.T) {
		fakeGo(t, t.TempDir())
		for _, c := range []struct {
			godebug, want, note string
			ancestors           int
		}{
			{"madvdontneed=1", "madvdontneed=1,tracebackancestors=3", "; using GODEBUG=tracebackancestors=3", 3},
			{"madvdontneed=1", "", "; spawns are not recorded", 0},
			{"tracebackancestors=5", "", "; using GODEBUG=tracebackancestors=5", 10},
		} {
			t.Setenv("GODEBUG", c.godebug)
			got, err := r.Prepare(ctx, dapproxy.Launch{Ancestors: c.ancestors, Mode: "debug", Record: "auto"})
			if err != nil || got.Env["GODEBUG"] != c.want || !strings.HasSuffix(got.Note, c.note) {
				t.Errorf("%d, GODEBUG=%s: got %+v (%v)", c.ancestors, c.godebug, got, err)
			}
		}
	})
	t.Run("no go", func(t *testing.T) {
		fakeGo(t, "")
		got, err := r.Prepare(ctx, dapproxy.Launch{Ancestors: 10, Mode: "debug", Record: "auto"})
		if err != nil || got.Env["GODEBUG"] != "madvdontneed=1,tracebackancestors=10" || !strings.Contains(got.Note, "no go") || strings.Contains(got.Note, "\n") {
			t.Errorf("auto: got %+v (%v), want ancestors and what the go command said", got, err)
		}
		if _, err := r.Prepare(ctx, dapproxy.Launch{Ancestors: 10, Mode: "debug", Record: "label"}); err == nil || !strings.Contains(err.Error(), "no go") {
			t.Errorf("label: got %v, want what the go command said", err)
		}
		ended, end := context.WithCancel(ctx)
		end()
		if got, err := r.Prepare(ended, dapproxy.Launch{Ancestors: 10, Mode: "debug", Record: "auto"}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: got %+v (%v)", got, err)
		}
	})
	t.Run("chdir", func(t *testing.T) {
		fakeGo(t, "") // says where it runs
		dir := t.TempDir()
		sub := filepath.Join(dir, "sub")
		if err := os.Mkdir(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, flags := range [][]string{{"-C", "sub"}, {"-C=sub", "-race"}, {"--C=" + sub}} {
			got, err := r.Prepare(ctx, dapproxy.Launch{Ancestors: 10, Mode: "debug", Record: "auto", Dir: dir, BuildFlags: flags})
			if err != nil || !strings.Contains(got.Note, sub+";") {
				t.Errorf("%q in %s: got %+v (%v), want the Go of %s", flags, dir, got, err, sub)
			}
		}
	})
}

func TestLog(t *testing.T) {
	var b strings.Builder
	log := slog.New(lineHandler{w: &b, level: slog.LevelWarn})
	log.Info("not shown")
	log.With("a", 1).Warn("went wrong", "why", errors.New("it broke"))
	log.Error("worse")
	if want := "dlvx: went wrong: 1, it broke\ndlvx: worse\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

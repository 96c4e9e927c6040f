package spawnlabel

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/goedit"
)

// runtimePaths returns the files of the installed Go's package runtime.
func runtimePaths(t *testing.T) []string {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(goroot)), "src", "runtime", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, path := range all {
		if !strings.HasSuffix(path, "_test.go") {
			paths = append(paths, path)
		}
	}
	return paths
}

// changedRuntime returns the same with old replaced by new in one file, under
// another folder.
func changedRuntime(t *testing.T, file, old, new string) []string {
	t.Helper()
	paths := runtimePaths(t)
	for i, path := range paths {
		if filepath.Base(path) != file {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte(old)) {
			t.Fatalf("%s has no %q", path, old)
		}
		paths[i] = filepath.Join(t.TempDir(), file)
		if err := os.WriteFile(paths[i], bytes.ReplaceAll(text, []byte(old), []byte(new)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// editPaths reads and edits files.
func editPaths(t *testing.T, paths []string) ([]goedit.Result, error) {
	t.Helper()
	files, err := goedit.ReadFiles(paths)
	if err != nil {
		t.Fatal(err)
	}
	return thisEdition(Addition{}).editRuntime(files, runtime.GOOS)
}

func TestEditKeepsLines(t *testing.T) {
	files, err := editPaths(t, runtimePaths(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 5 {
		t.Errorf("%d files, want 5", len(files))
	}
	for _, f := range files {
		if _, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Text, 0); err != nil {
			t.Error(err)
		}
		if f.Original == "" {
			continue
		}
		before, err := os.ReadFile(f.Original)
		if err != nil {
			t.Fatal(err)
		}
		want, have := strings.Split(string(before), "\n"), strings.Split(string(f.Text), "\n")
		if len(want) != len(have) {
			t.Errorf("%s: %d lines became %d", f.Name, len(want), len(have))
			continue
		}
		changed := 0
		for i := range want {
			if want[i] != have[i] {
				changed++
			}
		}
		if changed == 0 || changed > 3 {
			t.Errorf("%s: %d lines changed", f.Name, changed)
		}
	}
}

func TestEditRefuses(t *testing.T) {
	for _, test := range []struct{ file, old, new, want string }{
		{"proc.go", "saveAncestors(callergp)\n", "saveAncestors(callergp, 1)\n", `proc.go: func newproc1: found 0 statements "newg.ancestors = saveAncestors(callergp)", want 1`},
		{"proc.go", "\tnewg.ancestors = saveAncestors(callergp)\n", "\tnewg.ancestors = saveAncestors(callergp)\n\tnewg.ancestors = saveAncestors(callergp)\n", "func newproc1: found 2 statements"},
		{"proc.go", "callergp *g, callerpc uintptr", "callergp *g, pc uintptr", "proc.go: func newproc1 has parameters"},
		{"proc.go", "func newproc1(", "func newproc2(", "package runtime has no func newproc1"},
		{"proc.go", "var mainStarted bool", "var mainStarted int", `package runtime has no "var mainStarted bool"`},
		{"runtime2.go", "\ntype g struct {", "\ntype g struct{", "package runtime has no struct g"},
		{"runtime2.go", "\ntype g struct {", "\nfunc newproc1() {}\n\ntype g struct {", "both declare"},
		{"time.go", "t := new(timeTimer)", "t := &timeTimer{}", `time.go: func newTimer: found 0 statements "t := new(timeTimer)", want 1`},
		{"time.go", "f(arg, seq, delay)\n", "f(arg, seq)\n", `time.go: func unlockAndRun: found 0 statements "f(arg, seq, delay)", want 1`},
		{"time.go", "(t *timer) unlockAndRun", "(ts *timers) unlockAndRun", "time.go: no func newTimer or no method unlockAndRun"},
		{"time.go", "\ntype timer struct {", "\ntype timer2 struct {", "time.go: type timer is not a struct"},
		{"time.go", "arg any, c *hchan)", "arg any, ch *hchan)", "time.go: func newTimer has parameters"},
		{"traceback.go", "func (u *unwinder) valid() bool {", "func (u *unwinder) valid(int) bool {", `package runtime has no "func (u *unwinder) valid() bool"`},
		{"time.go", "package runtime", "package", "expected"},
	} {
		_, err := editPaths(t, changedRuntime(t, test.file, test.old, test.new))
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q for %q: error %v, want %q", test.new, test.old, err, test.want)
		}
	}
}

func TestEditWithoutTimers(t *testing.T) {
	files, err := editPaths(t, changedRuntime(t, "time.go", "\nfunc newTimer(", "\nfunc startTimer("))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name == "time.go" || f.Name == "zspawntimer.go" {
			t.Errorf("%s is among the edited files of a runtime without newTimer", f.Name)
		}
	}
}

func TestEditionID(t *testing.T) {
	e := thisEdition(Addition{})
	other := e
	other.timer += " "
	if e.id() != thisEdition(Addition{}).id() || e.id() == other.id() {
		t.Errorf("ids %s, %s, and of another edition %s", e.id(), thisEdition(Addition{}).id(), other.id())
	}
}

package debugmode

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/goedit"
)

// sourcesOf returns the files of a package of the installed Go, with old
// replaced by new in one of them.
func sourcesOf(t *testing.T, path, file, old, new string) []goedit.File {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(goroot)), "src", path, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []goedit.File
	for _, name := range all {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) == file {
			changed := strings.ReplaceAll(string(text), old, new)
			if changed == string(text) {
				t.Fatalf("%s has no %q", name, old)
			}
			text = []byte(changed)
		}
		files = append(files, goedit.File{Path: name, Text: text})
	}
	return files
}

func TestEditKeepsLines(t *testing.T) {
	for _, goos := range []string{"linux", "darwin"} {
		for _, path := range []string{"runtime", "context", "testing"} {
			files := sourcesOf(t, path, "", "", "")
			before := map[string]string{}
			for _, f := range files {
				before[f.Path] = string(f.Text)
			}
			p := goedit.NewPackage(path, files)
			if err := edit(path, p, goos); err != nil {
				t.Errorf("%s, %s: %v", goos, path, err)
				continue
			}
			changed := 0
			for _, r := range p.Results() {
				if _, err := parser.ParseFile(token.NewFileSet(), r.Name, r.Text, 0); err != nil {
					t.Error(err)
				}
				if r.Original == "" {
					if strings.Contains(string(r.Text), "{{") {
						t.Errorf("%s: something is not filled in", r.Name)
					}
					continue
				}
				changed++
				if want, have := strings.Count(before[r.Original], "\n"), strings.Count(string(r.Text), "\n"); want != have {
					t.Errorf("%s: %d lines became %d", r.Name, want, have)
				}
			}
			if changed == 0 {
				t.Errorf("%s: nothing has changed", path)
			}
		}
	}
}

func TestEditRefuses(t *testing.T) {
	for _, test := range []struct{ path, file, old, new, want string }{
		{"runtime", "proc.go", "\tpreemptone(pp)\n", "\tpreempt(pp)\n", `proc.go: func retake: found 0 statements "preemptone(pp)", want 1`},
		{"runtime", "proc.go", "\tgp.syscallsp = 0\n", "\tgp.syscallsp = 1\n", `proc.go: func exitsyscall: found 0 statements "gp.syscallsp = 0", want 2`},
		{"runtime", "proc.go", "func gdestroy(", "func gdestroy2(", "there is no func gdestroy"},
		{"runtime", "time.go", "func timeSleep(ns int64) {", "func timeSleep(ns int32) {", `package runtime has no "func timeSleep(ns int64)"`},
		{"runtime", "runtime2.go", "\ntype p struct {", "\ntype p2 struct {", "there is no struct p"},
		{"context", "context.go", "c.err.Store(err)", "c.err = err", `context.go: func cancel: found 0 statements "c.err.Store(err)", want 1`},
		{"testing", "testing.go", "\tt.report() ", "\tt.Report() ", `testing.go: func tRunner: found 0 statements "t.report()", want 1`},
	} {
		p := goedit.NewPackage(test.path, sourcesOf(t, test.path, test.file, test.old, test.new))
		if err := edit(test.path, p, "linux"); err == nil || !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("%q for %q: error %v, want %q", test.new, test.old, err, test.want)
		}
	}
	p := goedit.NewPackage("runtime", sourcesOf(t, "runtime", "", "", ""))
	if err := edit("runtime", p, "windows"); err == nil || err.Error() != "it is not made for windows" {
		t.Errorf("on Windows: error %v", err)
	}
}

func TestAdditionID(t *testing.T) {
	if a, b := Addition().ID, Addition().ID; a != b || len(a) != 16 {
		t.Errorf("ids %q and %q", a, b)
	}
}

package spawnlabel

import (
	"bytes"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/goedit"
)

// addition returns one that adds a file to package runtime and to package
// context, and refuses packages that hold a text.
func addition(refused string) Addition {
	return Addition{
		Name: "the addition", ID: "1", Packages: []string{"context"},
		Edit: func(path string, p *goedit.Package, goos string) error {
			if path == "runtime" && !p.Has("") {
				return errors.New("no files")
			}
			if refused != "" && p.Has(refused) {
				return errors.New("it has what is\nrefused")
			}
			p.Add("zaddition.go", "package "+path+"\n")
			return nil
		},
	}
}

func TestPrepareAddition(t *testing.T) {
	if p := prepare(t, Request{Addition: addition("")}); p.Reason != "" || p.Missing != "" || len(p.Flags) != 1 {
		t.Errorf("plan %+v", p)
	}
	a := addition("func newproc1(")
	a.ID = "2"
	p := prepare(t, Request{Addition: a})
	if p.Reason != "" || len(p.Flags) != 1 || !strings.HasPrefix(p.Missing, "the addition does not fit the runtime of go") || !strings.HasSuffix(p.Missing, ": it has what is refused") {
		t.Errorf("plan for an addition that does not fit: %+v", p)
	}
	goCommand, _ := fakeGoroot(t, changedRuntime(t, "proc.go", "func newproc1(", "func newproc2("))
	if p := prepare(t, Request{Go: goCommand, Addition: a}); p.Reason == "" || p.Missing == "" || len(p.Flags) != 0 {
		t.Errorf("plan for a runtime that cannot record: %+v", p)
	}
}

// One that does not fit is left out without a word, one that does not compile
// with a line; the labels are there.
func TestCompileAddition(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a link to the test binary")
	}
	compiler := selfAs(t, "compile")
	broken := addition("")
	broken.Edit = func(path string, p *goedit.Package, goos string) error {
		p.Add(fakeBroken, "package runtime\n")
		return nil
	}
	t.Setenv(fakeName, "compile")
	t.Setenv(fakeAnswer, "compiled")
	for name, test := range map[string]struct {
		add  Addition
		said string
	}{
		"fits":         {addition(""), ""},
		"does not fit": {addition("func newproc1("), ""},
		"broken":       {broken, "dlvx: this build is without the addition, as package runtime refuses it: the edited runtime does not compile: x.go:1:1: broken\n"},
	} {
		var out, errs bytes.Buffer
		args := append([]string{compiler, "-trimpath", "/tmp=>", "-p", "runtime", "-asmhdr", "x"}, runtimePaths(t)...)
		if code := thisEdition(test.add).toolexec(args, &out, &errs); code != 0 || out.String() != "compiled\n" || errs.String() != test.said {
			t.Errorf("%s: exit code %d, %q, %q, want %q", name, code, out.String(), errs.String(), test.said)
		}
	}
}

// An addition is in the compiler's command where it fits.
func TestAdditionCommand(t *testing.T) {
	compiler := selfAs(t, "compile")
	paths := runtimePaths(t)
	contexts, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(paths[0])), "context", "context.go"))
	if err != nil || len(contexts) != 1 {
		t.Fatal(contexts, err)
	}
	for name, test := range map[string]struct {
		add   Addition
		path  string
		files []string
		want  string // added files, in the command
	}{
		"fits":                    {addition(""), "runtime", paths, "zspawnlabel.go zspawntimer.go zaddition.go"},
		"does not fit":            {addition("func newproc1("), "runtime", paths, ""},
		"none":                    {Addition{}, "runtime", paths, "zspawnlabel.go zspawntimer.go"},
		"another package":         {addition(""), "context", contexts, "zaddition.go"},
		"does not fit the former": {addition("func newproc1("), "context", contexts, ""},
	} {
		args := append([]string{compiler, "-trimpath", "/tmp=>", "-p", test.path, "-asmhdr", "x"}, test.files...)
		have := ""
		command, err := thisEdition(test.add).editedCommand(test.path, args, 0)
		refused, _ := err.(refusal)
		if _, only := refused.error.(misfit); only != (test.want == "") || err != nil && !only {
			t.Errorf("%s: error %v", name, err)
		}
		for i := len(args); i < len(command); i++ {
			have += " " + filepath.Base(command[i])
		}
		if strings.TrimSpace(have) != test.want {
			t.Errorf("%s: added %q, want %q", name, have, test.want)
		}
	}
}

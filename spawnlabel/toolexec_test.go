package spawnlabel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestToolexecVersion(t *testing.T) {
	compiler := selfAs(t, "compile")
	t.Setenv(fakeName, "compile")
	id := thisEdition(Addition{}).id()
	for line, want := range map[string]string{
		"compile version go1.26.8":                          "compile version go1.26.8 spawnlabel-" + id + "\n",
		"compile version go1.26.8 X:staticlockranking":      "compile version go1.26.8 X:staticlockranking spawnlabel-" + id + "\n",
		"compile version devel go1.27-abc buildID=aa/bb/cc": "compile version devel go1.27-abc buildID=aa/bb/cc-spawnlabel-" + id + "\n",
	} {
		t.Setenv(fakeAnswer, line)
		for _, args := range [][]string{{compiler, "-V=full"}, {selfAs(t, userTool), os.DevNull, compiler, "-V=full"}} {
			var out, errs bytes.Buffer
			if code := Toolexec(args, &out, &errs, Addition{}); code != 0 || out.String() != want || errs.Len() != 0 {
				t.Errorf("%v: exit code %d, %q, %q; want %q", args, code, out.String(), errs.String(), want)
			}
		}
	}
}

func TestToolexecMisuse(t *testing.T) {
	var out, errs bytes.Buffer
	if code := Toolexec(nil, &out, &errs, Addition{}); code != 2 || !strings.Contains(errs.String(), "-toolexec=dlvx-toolexec") {
		t.Errorf("without arguments: exit code %d, %q", code, errs.String())
	}
	errs.Reset()
	missing := filepath.Join(t.TempDir(), "asm")
	if code := Toolexec([]string{missing}, &out, &errs, Addition{}); code != 1 || !strings.Contains(errs.String(), missing) {
		t.Errorf("a tool that is not there: exit code %d, %q", code, errs.String())
	}
}

// TestToolexecExitCode runs the wrapper as a process of its own, which the
// tool replaces.
func TestToolexecExitCode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs sh")
	}
	cmd := exec.Command(selfAs(t, ToolexecName), "sh", "-c", "read line; echo $line; echo error >&2; exit 7")
	cmd.Stdin = strings.NewReader("input\n")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != 7 || out.String() != "input\n" || errs.String() != "error\n" {
		t.Errorf("exit code %d, %q, %q", code, out.String(), errs.String())
	}
}

// TestToolexecCompile has a compiler fail on the edited runtime. The plain one
// is only compiled where the edited one would fail the next time as well: the
// go command keeps what a compilation makes that succeeds.
func TestToolexecCompile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs signals")
	}
	const compiled = "compiled as it is"
	wrapper, compiler, files := selfAs(t, ToolexecName), selfAs(t, "compile"), runtimePaths(t)
	unfit := changedRuntime(t, "proc.go", "func newproc1(", "func newproc2(")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		failure string   // of the compiler
		cache   string   // the user's cache folder
		flags   []string // the compiler's; nil: the usual ones
		files   []string // nil: the installed Go's
		said    string   // on stderr
		plain   bool     // the runtime is compiled as it is
	}{
		"unfit":          {files: unfit, said: "package runtime has no func newproc1", plain: true},
		"no -trimpath":   {flags: []string{"-p", "runtime", "-pack"}, said: "without -trimpath", plain: true},
		"error":          {failure: "x/proc.go:7:9: undefined: spawnOf", said: "does not compile: x/proc.go:7:9: undefined: spawnOf", plain: true},
		"compiler error": {failure: "<unknown line number>: internal compiler error: 'f': bad", said: "internal compiler error: 'f': bad", plain: true},
		"killed":         {failure: "killed", said: "signal: killed"},
		"no memory":      {failure: "fatal error: runtime: out of memory\n\t/go/src/runtime/panic.go:1 +0x1", said: "exit code 2"},
		"no disk":        {failure: "can't create $WORK/_pkg_.a: no space left on device", said: "exit code 2"},
		"no cache":       {cache: file, said: "cache folder"},
		"no file":        {files: append(slices.Clone(files), filepath.Join(t.TempDir(), "gone.go")), said: "gone.go"},
		"no arguments":   {flags: []string{"@" + file + "x"}, files: []string{}, said: "reading the compiler's arguments"},
	} {
		if test.cache == "" {
			test.cache = t.TempDir()
		}
		if test.flags == nil {
			test.flags = []string{"-trimpath", "/tmp=>", "-p", "runtime", "-asmhdr", "go_asm.h"}
		}
		if test.files == nil {
			test.files = files
		}
		cmd := exec.Command(wrapper, append(append([]string{compiler}, test.flags...), test.files...)...)
		cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+test.cache, "HOME="+test.cache,
			fakeName+"=compile", fakeAnswer+"="+compiled, fakeFailure+"="+test.failure)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		if plain := err == nil && out.String() == compiled+"\n"; plain != test.plain || plain != (err == nil) {
			t.Errorf("%s: %v, stdout %q", name, err, out.String())
		}
		if !strings.Contains(errs.String(), test.said) || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%s: stderr %q, want %q", name, errs.String(), test.said)
		}
	}
}

func TestRewrite(t *testing.T) {
	for _, test := range []struct{ path, rules, want string }{
		{"/go/src/runtime/proc.go", "/tmp/b001=>", "/go/src/runtime/proc.go"},
		{"/go/src/runtime/proc.go", "/go/src/runtime=>runtime;/tmp/b001=>", "runtime/proc.go"},
		{"/tmp/b001/x.go", "/go/src/runtime=>runtime;/tmp/b001=>", "x.go"},
		{"/tmp/b0011/x.go", "/tmp/b001=>", "/tmp/b0011/x.go"},
		{"/a/x.go", "/a/x.go=>/b/y.go;/a=>c", "/b/y.go"},
		{"/a/x.go", "", "/a/x.go"},
	} {
		if have := rewrite(test.path, test.rules); have != test.want {
			t.Errorf("rewrite(%q, %q) = %q, want %q", test.path, test.rules, have, test.want)
		}
	}
}

func TestExpandArgs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "args")
	if err := os.WriteFile(file, []byte("-p\nruntime\n-x\na\\\\b\\nc\n/go/proc.go\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	have, err := expandArgs([]string{"tool", "/compile", "@" + file}, 1)
	if want := []string{"tool", "/compile", "-p", "runtime", "-x", "a\\b\nc", "/go/proc.go"}; err != nil || !slices.Equal(have, want) {
		t.Errorf("%q, %v; want %q", have, err, want)
	}
	if _, err := expandArgs([]string{"/compile", "@" + file + "x"}, 0); err == nil {
		t.Error("no error for a missing file")
	}
}

func TestFilesAt(t *testing.T) {
	for _, test := range []struct {
		args []string
		want int
	}{
		{[]string{"compile", "-p", "runtime", "-pack", "-asmhdr", "go_asm.h", "a.go", "b.go"}, 6},
		{[]string{"compile", "-p", "runtime", "-pack", "-asmhdr", "go_asm.h", "a.txt", "b.go", "c"}, 6},
		{[]string{"compile", "-p", "runtime", "-asmhdr", "go_asm.h", "-pack", "a.go", "b.txt"}, 6},
		{[]string{"compile", "-p", "runtime", "-asmhdr", "go_asm.h"}, 5},
		{[]string{"compile", "-pack"}, 2},
		{[]string{"compile", "a.go"}, 1},
		{[]string{"compile"}, 1},
	} {
		if have := filesAt(test.args); have != test.want {
			t.Errorf("%q: %d, want %d", test.args, have, test.want)
		}
	}
}

func TestCompilerOf(t *testing.T) {
	abs, err := filepath.Abs("compile")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		at   int
		ok   bool
	}{
		{[]string{abs, "-V=full"}, 0, true},
		{[]string{abs + ".exe", "-V=full"}, 0, true},
		{[]string{"tool", "compile", abs, "-p", "x"}, 2, true},
		{[]string{"gcc", "-c", "compile"}, 0, false},
		{[]string{filepath.Join(filepath.Dir(abs), "asm"), "-V=full"}, 0, false},
	} {
		if at, ok := compilerOf(test.args); at != test.at || ok != test.ok {
			t.Errorf("%q: %d, %v", test.args, at, ok)
		}
	}
}

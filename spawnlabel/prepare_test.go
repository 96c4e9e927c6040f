package spawnlabel

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// fakeGoroot makes a folder with a package runtime of its own the GOROOT that
// [fakeGo] tells of, and returns the path of that go command.
func fakeGoroot(t *testing.T, runtimeFiles []string) (goCommand, dir string) {
	t.Helper()
	root := t.TempDir()
	dir = filepath.Join(root, "src", "runtime")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range runtimeFiles {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := json.Marshal(goEnv{GOROOT: root, GOVERSION: "go1.99"})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(fakeName, "go")
	t.Setenv(fakeAnswer, string(answer))
	return selfAs(t, "go"), dir
}

func prepare(t *testing.T, r Request) Plan {
	t.Helper()
	if r.Exe == "" {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		r.Exe = exe
	}
	p, err := Prepare(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPrepareVerdict(t *testing.T) {
	goCommand, dir := fakeGoroot(t, changedRuntime(t, "proc.go", "saveAncestors(callergp)\n", "saveAncestors(callergp, 1)\n"))
	const want = `spawn labels do not fit the runtime of go1.99: `
	for range 2 { // the second time the verdict is known
		p := prepare(t, Request{Go: goCommand})
		if len(p.Flags) != 0 || !strings.HasPrefix(p.Reason, want) || !strings.Contains(p.Reason, "func newproc1") || strings.Contains(p.Reason, "\n") {
			t.Errorf("plan %+v, want a reason %q", p, want)
		}
	}

	// A runtime that has changed is looked at again.
	proc := filepath.Join(dir, "proc.go")
	text, err := os.ReadFile(proc)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.ReplaceAll(string(text), "saveAncestors(callergp, 1)\n", "saveAncestors(callergp)\n"))
	if err := os.WriteFile(proc, text, 0o666); err != nil {
		t.Fatal(err)
	}
	if p := prepare(t, Request{Go: goCommand}); p.Reason != "" || len(p.Flags) != 1 {
		t.Errorf("plan for a mended runtime: %+v", p)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if p := prepare(t, Request{Go: goCommand}); !strings.HasPrefix(p.Reason, "reading package runtime of go1.99: ") {
		t.Errorf("plan without a runtime: %+v", p)
	}
}

func TestPrepareFlags(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	wrapper, err := link(exe)
	if err != nil {
		t.Fatal(err)
	}
	if base := strings.TrimSuffix(filepath.Base(wrapper), ".exe"); base != ToolexecName {
		t.Errorf("the wrapper is called %s", base)
	}
	for want, r := range map[string]Request{
		"-toolexec=" + wrapper:                    {},
		"-toolexec=" + wrapper + " tool 'an arg'": {BuildFlags: []string{"-toolexec=tool 'an arg'"}},
		"-toolexec=" + wrapper + " gotool":        {Env: append(os.Environ(), "GOFLAGS=-toolexec=gotool")},
	} {
		if p := prepare(t, r); p.Reason != "" || len(p.Flags) != 1 || p.Flags[0] != want {
			t.Errorf("plan %+v, want %q", p, want)
		}
	}
	if p := prepare(t, Request{Exe: filepath.Join(t.TempDir(), "gone")}); !strings.Contains(p.Reason, "gone") || len(p.Flags) != 0 {
		t.Errorf("plan without an executable: %+v", p)
	}
	if p := prepare(t, Request{BuildFlags: []string{`-toolexec="it's" '"'`}}); p.Reason != "" {
		t.Errorf("plan for two sorts of quotes: %+v", p)
	}
}

func TestPrepareErrors(t *testing.T) {
	for want, r := range map[string]Request{
		"asking nowhere/go for its version: ": {Go: "nowhere/go"},
		"invalid GOTOOLCHAIN":                 {Env: append(os.Environ(), "GOTOOLCHAIN=nonsense")},
		"parsing -toolexec":                   {BuildFlags: []string{"-toolexec='"}},
	} {
		if p, err := Prepare(t.Context(), r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v, error %v, want %q", p, err, want)
		}
	}
	goCommand, _ := fakeGoroot(t, nil)
	t.Setenv(fakeAnswer, "no JSON")
	if _, err := Prepare(t.Context(), Request{Go: goCommand}); err == nil {
		t.Error("no error for a go command that talks nonsense")
	}
}

// Without a usable cache folder there is no recording, but a reason.
func TestPrepareNoCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", file)
	t.Setenv("HOME", file)
	t.Setenv("LocalAppData", file)
	if p := prepare(t, Request{}); !strings.Contains(p.Reason, "cache folder") || len(p.Flags) != 0 {
		t.Errorf("plan %+v", p)
	}
}

func TestPruneCache(t *testing.T) {
	fill := func(path string) error { return os.WriteFile(path, []byte("x"), 0o666) }
	old, err := entry("prune", "old", fill)
	if err != nil {
		t.Fatal(err)
	}
	used, err := entry("prune", "used", fill)
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-cacheLife - time.Hour)
	for _, path := range []string{old, used} {
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := entry("prune", "used", fill); err != nil {
		t.Fatal(err)
	}
	if _, err := entry("prune", "new", fill); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("what has not been used for long is still there")
	}
	if _, err := os.Stat(used); err != nil {
		t.Error(err)
	}
}

// A link stays, however long ago it was made: the flag may have been written
// down.
func TestKeepLinks(t *testing.T) {
	old, err := link(selfAs(t, "dlvx"))
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-100 * cacheLife)
	if err := os.Chtimes(filepath.Dir(old), then, then); err != nil {
		t.Fatal(err)
	}
	if other, err := link(selfAs(t, "dlvx")); err != nil || other == old {
		t.Fatalf("%s, %v; the old link is %s", other, err, old)
	}
	if _, err := os.Lstat(old); err != nil {
		t.Error(err)
	}
}

// What go run has made is gone when the flag is used: it is copied, once.
func TestLinkOfGoRun(t *testing.T) {
	var links []string
	for range 2 {
		exe := filepath.Join(t.TempDir(), "go-build123", "b001", "exe", "dlvx")
		if err := os.MkdirAll(filepath.Dir(exe), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(exe, []byte("a program"), 0o777); err != nil {
			t.Fatal(err)
		}
		path, err := link(exe)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(exe); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil || string(text) != "a program" {
			t.Errorf("%s has %q, %v", path, text, err)
		}
		links = append(links, path)
	}
	if runtime.GOOS != "windows" && links[0] != links[1] {
		t.Errorf("two copies of one program: %s", links)
	}
}

package spawnlabel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// formats returns how many format records a program's file holds.
func formats(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(text, []byte(Magic))
}

// output runs a program.
func output(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.Command(path).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return string(out)
}

// tree writes files below a new folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var tiny = filepath.Join("testdata", "tiny")

func TestStripped(t *testing.T) {
	path, _ := build{dir: tiny, flags: []string{"-ldflags=-s -w"}}.program(t)
	if n := formats(t, path); n != 1 {
		t.Errorf("%d format records, want 1", n)
	}
}

// TestOtherTargets builds for other systems than this one.
func TestOtherTargets(t *testing.T) {
	if os.Getenv(matrixVar) == "" {
		t.Skipf("only with %s=1", matrixVar)
	}
	for _, target := range []string{"windows/amd64", "darwin/arm64", "linux/arm64", "linux/ppc64le", "linux/386", "freebsd/amd64"} {
		goos, goarch, _ := strings.Cut(target, "/")
		path, out := build{dir: tiny, env: []string{"CGO_ENABLED=0", "GOOS=" + goos, "GOARCH=" + goarch}}.program(t)
		if n := formats(t, path); n != 1 || out != "" {
			t.Errorf("%s: %d format records, want 1; the build prints %q", target, n, out)
		}
	}
}

// TestPlainBuild builds without our flags after a build with them: the build
// cache must keep them apart.
func TestPlainBuild(t *testing.T) {
	build{dir: tiny}.program(t)
	path := filepath.Join(t.TempDir(), "tiny.exe")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Dir = tiny
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := formats(t, path); n != 0 {
		t.Errorf("%d format records in a plain build", n)
	}
}

func TestModules(t *testing.T) {
	const (
		mod  = "module example.com/main\n\ngo 1.23\n\nrequire example.com/dep v1.0.0\n"
		main = "package main\n\nimport \"example.com/dep\"\n\nfunc main() { dep.Do(func() { println(\"tiny\") }) }\n"
		dep  = "package dep\n\nfunc Do(f func()) { done := make(chan bool); go func() { f(); close(done) }(); <-done }\n"
	)
	for name, test := range map[string]struct {
		files map[string]string
		dir   string
	}{
		"vendor": {map[string]string{
			"go.mod":                        mod,
			"main.go":                       main,
			"vendor/modules.txt":            "# example.com/dep v1.0.0\n## explicit; go 1.23\nexample.com/dep\n",
			"vendor/example.com/dep/dep.go": dep,
		}, "."},
		"workspace": {map[string]string{
			"go.work":     "go 1.23\n\nuse (\n\t./main\n\t./dep\n)\n",
			"main/go.mod": mod, "main/main.go": main,
			"dep/go.mod": "module example.com/dep\n\ngo 1.23\n", "dep/dep.go": dep,
		}, "main"},
		"a file": {map[string]string{"x.go": "package main\n\nfunc main() { println(\"tiny\") }\n", "go.mod": "module x\n"}, "."},
		"a folder with spaces": {map[string]string{
			"a b/go.mod":  "module x\n",
			"a b/main.go": "package main\n\nfunc main() { println(\"tiny\") }\n",
		}, "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			path, out := build{dir: filepath.Join(tree(t, test.files), test.dir), env: []string{"GOFLAGS="}}.program(t)
			if out != "" {
				t.Errorf("the build prints %s", out)
			}
			if n := formats(t, path); n != 1 {
				t.Errorf("%d format records, want 1", n)
			}
			if out := output(t, path); out != "tiny\n" {
				t.Errorf("the program prints %q", out)
			}
		})
	}
}

// TestUserTool builds with a user's own wrapper, from scratch.
func TestUserTool(t *testing.T) {
	tool, log := selfAs(t, userTool), filepath.Join(t.TempDir(), "a log")
	value := fmt.Sprintf("%s '%s'", tool, log)
	cache := t.TempDir()
	for _, tt := range []struct {
		name string
		build
	}{ // in this order: the second finds everything in the build cache
		{"flags", build{dir: tiny, flags: []string{"-toolexec", value}, env: []string{"GOCACHE=" + cache}}},
		{"GOFLAGS", build{dir: tiny, env: []string{"GOCACHE=" + cache, fmt.Sprintf("GOFLAGS=\"-toolexec=%s\"", value)}}},
	} {
		name, b := tt.name, tt.build
		os.Remove(log)
		path, _ := b.program(t)
		if n := formats(t, path); n != 1 {
			t.Errorf("%s: %d format records, want 1", name, n)
		}
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		ran := 0
		for _, line := range strings.Split(string(text), "\n") {
			if strings.Contains(line, " -p runtime ") && strings.Contains(line, "zspawnlabel.go") {
				ran++
			}
		}
		if !bytes.Contains(text, []byte("compile -V=full")) || name == "flags" && ran != 1 {
			t.Errorf("%s: the user's tool has run the edited compilation %d times and is asked\n%.2000s", name, ran, text)
		}
	}
}

// TestUserOverlay builds with an overlay of the user's own that replaces a
// file of the runtime's, under another name, besides one of the program's.
func TestUserOverlay(t *testing.T) {
	proc := changedRuntime(t, "proc.go", "\tnewg.parentGoid = callergp.goid\n", "\tnewg.parentGoid = callergp.goid; println(\"my overlay\")\n")
	original := runtimePaths(t)
	replace := map[string]string{}
	for i, path := range proc {
		if path != original[i] {
			other := filepath.Join(filepath.Dir(path), "mine.txt")
			if err := os.Rename(path, other); err != nil {
				t.Fatal(err)
			}
			replace[original[i]] = other
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(overlay, text, 0o666); err != nil {
		t.Fatal(err)
	}
	path, out := build{dir: tiny, flags: []string{"-overlay=" + overlay}}.program(t)
	if n := formats(t, path); n != 1 || out != "" {
		t.Errorf("%d format records, want 1; the build prints %q", n, out)
	}
	if out := output(t, path); !strings.Contains(out, "my overlay\n") || !strings.Contains(out, "tiny\n") {
		t.Errorf("the program prints %q", out)
	}
}

// TestFallback builds where the edit does not fit, and where what it makes
// does not compile: the program is built without, and it is said in one line.
func TestFallback(t *testing.T) {
	path, proc := "", ""
	original := runtimePaths(t)
	for i, p := range changedRuntime(t, "proc.go", "newg.ancestors = saveAncestors(callergp)\n", "newg.ancestors = (saveAncestors(callergp))\n") {
		if p != original[i] {
			path, proc = p, original[i]
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{proc: path}})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(overlay, text, 0o666); err != nil {
		t.Fatal(err)
	}
	const said = "dlvx: this build does not record spawn labels: "
	for name, test := range map[string]struct {
		build build
		why   string
	}{
		"unfit":  {build{flags: []string{"-overlay=" + overlay}}, "func newproc1: found 0 statements"},
		"broken": {build{env: []string{editionVar + "=broken"}}, "the edited runtime does not compile: "},
	} {
		test.build.dir = tiny
		for range 2 { // the second time the runtime comes from the build cache, with what was said
			path, out := test.build.program(t)
			if n := formats(t, path); n != 0 {
				t.Errorf("%s: %d format records", name, n)
			}
			if strings.Count(out, said) != 1 || !strings.Contains(out, test.why) || strings.Count(out, "\n") > 2 {
				t.Errorf("%s: the build prints %q", name, out)
			}
			if out := output(t, path); out != "tiny\n" {
				t.Errorf("%s: the program prints %q", name, out)
			}
		}
	}
}

// TestWalks compares the walks by frame pointers with exact ones, on stacks of
// the standard library.
func TestWalks(t *testing.T) {
	if os.Getenv(matrixVar) == "" {
		t.Skipf("only with %s=1", matrixVar)
	}
	t.Setenv(editionVar, "check")
	for _, flags := range [][]string{nil, {"-gcflags=all=-N -l"}, {"-race"}} {
		path, _ := build{dir: filepath.Join("testdata", "walks"), flags: flags}.program(t)
		out := output(t, path)
		var walks, wrong int
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if _, err := fmt.Sscan(lines[len(lines)-1], &walks, &wrong); err != nil {
			t.Fatalf("%v: %v in %q", flags, err, out)
		}
		t.Logf("%v: %d walks, %d wrong", flags, walks, wrong)
		if walks < 1000 || wrong != 0 {
			t.Errorf("%v: %d walks, %d wrong\n%s", flags, walks, wrong, out)
		}
	}
}

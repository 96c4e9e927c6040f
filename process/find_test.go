//go:build linux && (amd64 || arm64)

package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFindForms starts two programs, and asks for them in all the ways there are.
func TestFindForms(t *testing.T) {
	exe, err := os.ReadFile(build(t, "crowd"))
	if err != nil {
		t.Fatal(err)
	}
	// Names that nobody else has.
	name := fmt.Sprintf("find%d", os.Getpid())
	run := func(file string, args ...string) (pid int, path string) {
		path = filepath.Join(t.TempDir(), file)
		if err := os.WriteFile(path, exe, 0o755); err != nil {
			t.Fatal(err)
		}
		p, _ := startCrowd(t, exec.Command(path, append([]string{"-n", "10", "-quiet"}, args...)...))
		return p.pid(), path
	}
	first, path := run(name+"-first", "port", "81"+name)
	second, _ := run(name+"-second", "port", "82"+name)
	for spec, want := range map[string]int{
		fmt.Sprint(first):           first,
		name + "-first":             first,
		path:                        first,
		"/gone/" + name + "-second": second,
		name + "-s":                 second, // a part of the name
		name + "-(second|third)":    second,
		"port 81" + name:            first, // a part of the command line
	} {
		if got, err := Find(spec); got != want || err != nil {
			t.Errorf("Find(%q) = %d, %v; want %d", spec, got, err, want)
		}
	}
	for spec, want := range map[string]string{
		name:            "2 processes are called",
		"0":             "not the number of a process",
		"-7":            "not the number of a process",
		name + "-third": "no process runs a program named",
		name + "(":      "no process runs a program named",
		" ":             "which process?",
	} {
		if got, err := Find(spec); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Find(%q) = %d, %v; want %q", spec, got, err, want)
		}
	}
	if _, err := Find(name); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d (%s -n 10", first, path)) {
		t.Errorf("which there are is not said: %v", err)
	}
}

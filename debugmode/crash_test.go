//go:build unix

package debugmode

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/maruel/panicparse/v2/stack"
	_ "go.uber.org/goleak" // of testdata/goleak
)

// TestMain makes the test binary the wrapper of the builds that it makes.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == spawnlabel.ToolexecName {
		os.Exit(spawnlabel.Toolexec(os.Args[1:], os.Stdout, os.Stderr, Addition()))
	}
	os.Exit(m.Run())
}

// flags are those with which the go command builds what is watched.
func flags(t *testing.T) []string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	p, err := spawnlabel.Prepare(t.Context(), spawnlabel.Request{Exe: exe, Addition: Addition()})
	if err != nil || p.Reason != "" || p.Missing != "" {
		t.Fatal(err, p.Reason, p.Missing)
	}
	return p.Flags
}

func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// What a crash prints is still read by panicparse, and has the chains.
func TestCrash(t *testing.T) {
	program := filepath.Join(t.TempDir(), "crash")
	goCommand(t, append(append([]string{"build", "-o", program}, flags(t)...), "./testdata/crash")...)
	for _, how := range []string{"panic", "fatal", "quit", "deadlock"} {
		for _, level := range []string{"single", "all", "none"} {
			cmd := exec.Command(program, how)
			cmd.Env = append(os.Environ(), "GOTRACEBACK="+level)
			text, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != 2 {
				t.Errorf("%s: exit code %d", how, code)
			}
			if level == "none" && how == "quit" { // it shows all the same
				continue
			}
			if level == "none" {
				if bytes.Contains(text, []byte("dlvx")) {
					t.Errorf("%s without a traceback:\n%s", how, text)
				}
				continue
			}
			tail := string(text)
			if how != "quit" { // panicparse does not know the headers of that, whoever prints them
				crash := bytes.NewReader(text)
				snapshot, rest, err := stack.ScanSnapshot(crash, io.Discard, stack.DefaultOpts())
				if snapshot == nil {
					t.Errorf("%s, %s: panicparse: %v\n%s", how, level, err, text)
					continue
				}
				want := 1
				if how == "deadlock" || level == "all" {
					want = 2
				}
				if have := len(snapshot.Goroutines); have != want {
					t.Errorf("%s, %s: panicparse sees %d goroutines, want %d\n%s", how, level, have, want, text)
				}
				after, _ := io.ReadAll(crash)
				tail = string(rest) + string(after)
			}
			const chain = "    created by\n      main.first "
			if !strings.Contains(tail, "dlvx: spawn chains\n  goroutine ") || strings.Count(tail, chain) != 1 || !strings.Contains(tail, "    created by\n      main.main ") {
				t.Errorf("%s, %s: no chains behind the last goroutine:\n%s", how, level, text)
			}
		}
	}
}

// goleak, which reads runtime.Stack, sees what it always sees.
func TestGoleak(t *testing.T) {
	args := append([]string{"test", "-count=1", "-v"}, flags(t)...)
	out := goCommand(t, append(args, "./testdata/goleak")...)
	if !strings.Contains(out, "--- PASS: TestFinds") {
		t.Errorf("goleak:\n%s", out)
	}
}

package spawnlabel

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// testHooks are added to the runtime by these tests: a way for a program to
// find its own labels, and a comparison of every frame pointer walk with the
// runtime's exact unwinder.
const testHooks = `
//go:linkname spawnTestHook
func spawnTestHook() (g, format, memory uintptr) {
	return uintptr(unsafe.Pointer(getg())), uintptr(unsafe.Pointer(&spawnLabelFormat)), spawnMemory.Load()
}

var spawnTestWalks, spawnTestWrong atomic.Uint64

//go:linkname spawnTestCounts
func spawnTestCounts() (walks, wrong uint64) { return spawnTestWalks.Load(), spawnTestWrong.Load() }

// spawnTestCheck compares buf with the physical frames that the unwinder sees.
func spawnTestCheck(callergp *g, buf []uintptr) {
	spawnTestWalks.Add(1)
	n := -1
	var u unwinder
	for u.init(callergp, unwindSilentErrors); u.valid() && n < len(spawnBuf{}); u.next() {
		if n >= 0 && (n >= len(buf) || buf[n] != u.frame.pc) {
			if spawnTestWrong.Add(1) < 10 {
				println("frame", n, "of", len(buf), "want", hex(u.frame.pc), funcname(findfunc(u.frame.pc)))
				if n < len(buf) {
					println("      have", hex(buf[n]), funcname(findfunc(buf[n])))
				}
			}
			return
		}
		n++
	}
	if n != len(buf) {
		spawnTestWrong.Add(1)
	}
}
`

// editionVar chooses the edition that the test binary applies as a wrapper.
const editionVar = "SPAWNLABEL_TEST_EDITION"

// testEdition returns the edition with the test's hooks in it; with its walks
// checked; or one that does not compile.
func testEdition(name string) edition {
	e := thisEdition(Addition{})
	e.label += testHooks
	switch name {
	case "check":
		const walk = "n, flags := spawnWalk(callergp, &buf)\n"
		if !strings.Contains(e.label, walk) {
			panic("the template has changed: no " + walk)
		}
		e.label = strings.Replace(e.label, walk, walk+"spawnTestCheck(callergp, buf[:n])\n", 1)
	case "broken":
		e.label += "\nvar broken int = \"not an int\"\n"
	case "unfit":
		e.label += "\nfunc (\n"
	}
	return e
}

// TestMain makes the test binary several programs, by the name it is run
// under: the wrapper, as dlvx is; a wrapper of the user's, which writes down
// what it runs; and any tool of Go's, which says what a test wants it to say.
func TestMain(m *testing.M) {
	switch name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"); name {
	case ToolexecName:
		os.Exit(testEdition(os.Getenv(editionVar)).toolexec(os.Args[1:], os.Stdout, os.Stderr))
	case userTool:
		os.Exit(runUserTool(os.Args[1:]))
	case os.Getenv(fakeName):
		os.Exit(runFake(os.Args[1:]))
	}
	os.Exit(testMain(m))
}

const (
	userTool = "spawnlabel-user-tool" // base name of the user's wrapper

	// Variables with the base name of a tool of Go's, and with what it says.
	fakeName   = "SPAWNLABEL_TEST_FAKE"
	fakeAnswer = "SPAWNLABEL_TEST_ANSWER"

	// Variable with what a fake compiler does to the edited runtime:
	// "killed", or the line that it fails with; empty: it compiles.
	fakeFailure = "SPAWNLABEL_TEST_FAILURE"

	// Name of an added file that a fake compiler does not compile.
	fakeBroken = "zbroken.go"
)

// runFake is a tool of Go's.
func runFake(args []string) int {
	edited := slices.ContainsFunc(args, func(arg string) bool { return filepath.Base(arg) == "zspawnlabel.go" })
	if slices.ContainsFunc(args, func(arg string) bool { return filepath.Base(arg) == fakeBroken }) {
		fmt.Println("x.go:1:1: broken")
		return 2
	}
	switch failure := os.Getenv(fakeFailure); {
	case !edited || failure == "":
		fmt.Println(os.Getenv(fakeAnswer))
		return 0
	case failure == "killed":
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		if err != nil {
			panic(err)
		}
		select {}
	default:
		fmt.Println(failure)
		return 2
	}
}

// runUserTool runs "LOG tool args...".
func runUserTool(args []string) int {
	log, err := os.OpenFile(args[0], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(log, strings.Join(args[1:], " "))
	log.Close()
	return run(args[1:], os.Stdout, os.Stderr)
}

// selfAs returns a path of the test binary with another base name.
func selfAs(t *testing.T, name string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(exe, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// testMain keeps what the tests add to the user's cache folder in one of
// their own, but uses the user's build cache, without which every test would
// compile the standard library.
func testMain(m *testing.M) int {
	gocache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		panic(err)
	}
	os.Setenv("GOCACHE", strings.TrimSpace(string(gocache)))
	dir := os.Getenv("SPAWNLABEL_TEST_CACHE")
	if dir == "" {
		if dir, err = os.MkdirTemp("", "spawnlabel-test-*"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
	}
	os.Setenv("XDG_CACHE_HOME", dir)
	return m.Run()
}

// A build is one way to build a program with labels.
type build struct {
	dir   string   // of the package; "": testdata/target
	env   []string // added to this process's
	flags []string // the user's own
	args  []string // "build -o X .", where it is not that
}

// plan returns what Prepare says.
func (b build) plan(t *testing.T) Plan {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Prepare(t.Context(), Request{Dir: b.dir, Env: append(os.Environ(), b.env...), BuildFlags: b.flags, Exe: exe})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// program builds the program, with labels, and returns its path and what the
// go command printed.
func (b build) program(t *testing.T) (path, output string) {
	t.Helper()
	if b.dir == "" {
		b.dir = filepath.Join("testdata", "target")
	}
	p := b.plan(t)
	if p.Reason != "" {
		t.Fatal(p.Reason)
	}
	path = filepath.Join(t.TempDir(), "target.exe")
	args := b.args
	if args == nil {
		args = []string{"build"}
	}
	args = append(append(append([]string{}, args...), "-o", path), b.flags...)
	cmd := exec.Command("go", append(append(args, p.Flags...), ".")...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), b.env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatal(fmt.Errorf("%v: %w\n%s", cmd.Args, err, out.Bytes()))
	}
	return path, out.String()
}

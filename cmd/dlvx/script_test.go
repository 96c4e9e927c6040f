package main

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/rogpeppe/go-internal/goproxytest"
	"github.com/rogpeppe/go-internal/testscript"
)

// delves is where the scripts' releases of Delve are, by version.
var (
	delves   string
	delvesMu sync.Mutex
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"dlvx": main,
		// The go command runs the test binary by this name as its -toolexec.
		spawnlabel.ToolexecName: main,
	})
}

// TestScript runs the scripts: one for each verb and each kind of bad input.
func TestScript(t *testing.T) {
	// Where the go command keeps what it has built and downloaded: the scripts
	// share it, and have a home of their own else.
	goenv, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	dirs := strings.Fields(string(goenv))
	cache := t.TempDir()
	delves = t.TempDir()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GOCACHE", dirs[0])
			env.Setenv("GOMODCACHE", dirs[1])
			env.Setenv("GOTOOLCHAIN", "local")
			env.Setenv("GOFLAGS", "")
			env.Setenv("XDG_CACHE_HOME", cache)
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("TERM", "dumb")
			env.Setenv("GORACE", os.Getenv("GORACE")) // see .ci/test
			env.Setenv("GO", filepath.Join(dirs[2], "bin", "go"))
			env.Setenv("DLVX", filepath.Join(strings.Split(env.Getenv("PATH"), string(filepath.ListSeparator))[0], "dlvx"))
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			// A release of Go that is there, or can be downloaded.
			version, ok := strings.CutPrefix(cond, "toolchain:")
			if !ok {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			cmd := exec.Command("go", "version")
			cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+version)
			return cmd.Run() == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"nothing-left": nothingLeft,
			"occupy":       occupy,
			"dap":          dapClient,
			"foreign":      foreign,
			"normal":       normal,
			"settled":      settled,
			"listening":    listening,
			"dlv":          dlv,
			"newer":        newer,
			"terminal":     terminal,
			"text":         text,
			"proxy":        proxy,
		},
	})
}

// nothingLeft checks that no temporary binary is in the current folder, and
// that none is running from the script's folder.
func nothingLeft(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: nothing-left")
	}
	for _, pattern := range []string{"__debug_bin*", "debug.test*"} {
		left, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if len(left) > 0 {
			ts.Fatalf("left behind: %s", left)
		}
	}
	// On Linux: a link for each process, readable for our own ones.
	exes, err := filepath.Glob("/proc/[0-9]*/exe")
	ts.Check(err)
	for _, exe := range exes {
		target, err := os.Readlink(exe)
		if err == nil && strings.HasPrefix(target, ts.MkAbs(".")+string(filepath.Separator)) {
			ts.Fatalf("still running: %s", target)
		}
	}
}

// proxy serves the modules in a folder, laid out as goproxytest has them, and
// sets GOPROXY to it.
func proxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: proxy FOLDER")
	}
	server, err := goproxytest.NewServer(ts.MkAbs(args[0]), "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(server.Close)
	ts.Setenv("GOPROXY", server.URL)
}

// occupy listens at a port until the script ends, takes every connection and
// says nothing, and sets ADDR to it.
func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: occupy")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
		}
	}()
	ts.Setenv("ADDR", l.Addr().String())
}

// listening sets ADDR, HOST and PORT to where the server listens that the last
// command's output tells of.
func listening(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: listening")
	}
	_, addr, ok := strings.Cut(ts.ReadFile("stdout"), " listening at: ")
	if !ok {
		ts.Fatalf("nobody says that it listens")
	}
	host, port, err := net.SplitHostPort(strings.TrimSpace(addr))
	ts.Check(err)
	ts.Setenv("ADDR", net.JoinHostPort(host, port))
	ts.Setenv("HOST", host)
	ts.Setenv("PORT", port)
}

// dlv installs a release of Delve, or "pinned", the one that is built in, and sets
// DLV to it. Where there is no network the script is skipped.
func dlv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: dlv version")
	}
	const pkg = "github.com/go-delve/delve/cmd/dlv"
	bin := filepath.Join(delves, args[0])
	path := filepath.Join(bin, "dlv")
	ts.Setenv("DLV", path)
	delvesMu.Lock()
	defer delvesMu.Unlock()
	if _, err := os.Stat(path); err == nil {
		return
	}
	if args[0] == "pinned" {
		out, err := exec.Command("go", "build", "-o", path, pkg).CombinedOutput() // in the module's folder
		if err != nil {
			ts.Fatalf("building dlv: %v\n%s", err, out)
		}
		return
	}
	cmd := exec.Command("go", "install", pkg+"@"+args[0])
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		ts.Logf("no dlv %s here: %v\n%s", args[0], err, out)
		ts.Setenv("DLV", "")
	}
}

// newer makes a binary one of a Go that is not there yet.
func newer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newer binary")
	}
	path := ts.MkAbs(args[0])
	binary, err := os.ReadFile(path)
	ts.Check(err)
	now := regexp.MustCompile(`^go1\.\d\d`).FindString(runtime.Version())
	if now == "" {
		ts.Fatalf("of what length is %s?", runtime.Version())
	}
	binary = bytes.ReplaceAll(binary, []byte(now), []byte("go1.99"))
	ts.Check(os.WriteFile(path, binary, 0o755))
}

// text writes what a running process's executable code is in memory to a file.
func text(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: text pid-file file")
	}
	proc := filepath.Join("/proc", strings.TrimSpace(ts.ReadFile(args[0])))
	maps, err := os.ReadFile(filepath.Join(proc, "maps"))
	ts.Check(err)
	mem, err := os.Open(filepath.Join(proc, "mem"))
	ts.Check(err)
	defer mem.Close()
	var code []byte
	for line := range strings.Lines(string(maps)) {
		var from, to uint64
		var mode string
		_, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode)
		ts.Check(err)
		if !strings.Contains(mode, "x") || strings.HasSuffix(strings.TrimSpace(line), "]") { // [vdso], [vsyscall]
			continue
		}
		piece := make([]byte, to-from)
		_, err = mem.ReadAt(piece, int64(from))
		ts.Check(err)
		code = append(code, piece...)
	}
	if len(code) == 0 {
		ts.Fatalf("%s has no executable memory", proc)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), code, 0o644))
}

// foreign raises the format version in a binary that records spawn labels.
func foreign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: foreign binary")
	}
	path := ts.MkAbs(args[0])
	binary, err := os.ReadFile(path)
	ts.Check(err)
	// The version follows the magic. The magic may be a constant of the program
	// elsewhere; the format record is the one that a small number follows.
	at, found := 0, false
	for {
		i := bytes.Index(binary[at:], []byte(spawnlabel.Magic))
		if i < 0 {
			break
		}
		at += i + len(spawnlabel.Magic)
		if v := binary[at]; v > 0 && v < 100 && binary[at+1] == 0 {
			binary[at], found = v+1, true
		}
	}
	if !found {
		ts.Fatalf("%s records no spawn labels", path)
	}
	ts.Check(os.WriteFile(path, binary, 0o755))
}

var (
	address   = regexp.MustCompile(`\b0x[0-9a-f]{3,16}\b|\(PC: [0-9a-f]+\)`)
	goroutine = regexp.MustCompile(`([Gg]oroutine[( ]|"goroutine": )(\d+)`)
)

// normal writes the output of the last command to a file, with what differs
// from run to run replaced: addresses, the script's folder, and goroutine numbers
// but for that of the first, which become A, B, ... in the order in which they
// come.
func normal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: normal stdout|stderr file")
	}
	text := ts.ReadFile(args[0])
	text = strings.ReplaceAll(text, ts.Getenv("WORK"), "$WORK")
	text = address.ReplaceAllString(text, "PC")
	names := map[string]string{"1": "1", "0": "0"}
	text = goroutine.ReplaceAllStringFunc(text, func(s string) string {
		m := goroutine.FindStringSubmatch(s)
		if names[m[2]] == "" {
			names[m[2]] = string(rune('A' + len(names) - 2))
		}
		return m[1] + names[m[2]]
	})
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

// settled writes the package prog/settled, by which a script's program waits
// until its other goroutines have come to rest: whether one that is about to
// block has done so is luck else.
func settled(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: settled")
	}
	ts.Check(os.Mkdir(ts.MkAbs("settled"), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs("settled/settled.go"), []byte(settledSource), 0o644))
}

const settledSource = `package settled

import (
	"bytes"
	"runtime"
)

// In returns once each other goroutine waits, one in each of the states: a state
// that is given twice is that of two.
func In(states ...string) {
	want := map[string]int{}
	for _, state := range states {
		want[" ["+state]++
	}
	for buf := make([]byte, 1<<16); ; runtime.Gosched() {
		stacks, there := buf[:runtime.Stack(buf, true)], true
		for state, n := range want {
			for _, end := range []string{"]", ", "} { // for how long follows
				n -= bytes.Count(stacks, []byte(state+end))
			}
			there = there && n == 0
		}
		if there && runtime.NumGoroutine() == len(states)+1 {
			return
		}
	}
}
`

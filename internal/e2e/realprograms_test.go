package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/google/go-dap"
)

// programsVar names the programs that TestRealPrograms reads, "all" for all.
// Without it the test is skipped: building them takes minutes.
const programsVar = "DLVX_PROGRAMS"

// A realProgram is a program of somebody else's: a package of a module at a
// version, and how to run it on the loopback interface, in a folder of its own.
type realProgram struct {
	name, pkg, version string

	// start writes what the program needs into dir. port returns a free port of
	// the loopback interface: the same one for the same name.
	start func(t *testing.T, dir string, port func(name string) int) (args, env []string)
	// use is called once the program accepts connections at the port named
	// "main", and leaves it with work in progress.
	use func(t *testing.T, port func(name string) int)
}

// TestRealPrograms builds programs that people run, with recording and without
// a debugger's flags, starts them under `dlvx dap`, pauses them while they are
// at work, and reads the logical stack of every goroutine: all have to reach
// back to main, to an init function, or to what the runtime itself started.
func TestRealPrograms(t *testing.T) {
	wanted := strings.Fields(os.Getenv(programsVar))
	if len(wanted) == 0 {
		t.Skipf("only with %s: see .ci/programs", programsVar)
	}
	for _, p := range realPrograms {
		if i := slices.Index(wanted, p.name); i >= 0 {
			wanted = slices.Delete(wanted, i, i+1)
		} else if !slices.Contains(wanted, "all") {
			continue
		}
		t.Run(p.name, p.run)
	}
	for _, name := range wanted {
		if name != "all" {
			t.Errorf("there is no program %q", name)
		}
	}
}

func (p realProgram) run(t *testing.T) {
	begin := time.Now()
	exe := p.build(t)
	built := time.Since(begin)

	dir, ports := t.TempDir(), map[string]int{}
	port := func(name string) int {
		if ports[name] == 0 {
			ports[name] = freePort(t)
		}
		return ports[name]
	}
	args, env := p.start(t, dir, port)
	c := startDAP(t, env...)
	c.launch(t, &fixture.Program{Name: p.name, Dir: dir, Args: args}, map[string]any{
		"mode": "exec", "program": exe, "dlvCwd": "",
	})
	call[*dap.ConfigurationDoneResponse](t, c, "configurationDone", struct{}{})
	w := watchEvents(c)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s says:\n%s", p.name, w.output())
		}
	})
	waitForPort(t, port("main"), w)
	p.use(t, port)

	call[*dap.PauseResponse](t, c, "pause", dap.PauseArguments{ThreadId: 1})
	wait(t, "the pause", w.stopped)
	begin = time.Now()
	threads := call[*dap.ThreadsResponse](t, c, "threads", nil).Body.Threads
	roots, goroutines, frames := map[string]int{}, 0, 0
	for _, th := range threads {
		stack := c.frames(t, th.Id)
		if len(stack) == 1 && stack[0].Name == "runtime.goexit" {
			continue // a spare g for threads of C code: Delve lists it, but it is no goroutine
		}
		goroutines++
		frames += len(stack)
		root, whole := rootOf(stack)
		if !whole {
			var b strings.Builder
			for _, f := range stack {
				fmt.Fprintf(&b, "\t%s\n", f.Name)
			}
			t.Errorf("goroutine %d does not reach its root: %s\n%s", th.Id, root, b.String())
			root = "none"
		}
		roots[root]++
	}
	read := time.Since(begin)
	call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})

	var summary []string
	for _, root := range slices.Sorted(maps.Keys(roots)) {
		summary = append(summary, fmt.Sprintf("%s %d", root, roots[root]))
	}
	fmt.Printf("%-12s %-9s %4d goroutines, %5.1f%% whole (%s); %d lines read in %v; built in %v\n", p.name, p.version, goroutines,
		100*float64(goroutines-roots["none"])/float64(max(goroutines, 1)), strings.Join(summary, ", "), frames, read.Round(time.Millisecond), built.Round(time.Second))
	const mostListed = 1024 // threads in Delve's answer
	if goroutines < 10 || len(threads) >= mostListed {
		t.Errorf("%d goroutines: too few to tell, or not all", goroutines)
	}
}

// rootOf tells what a logical stack ends in: main, an init function, or the
// runtime, and whether it ends there at all.
func rootOf(frames []dap.StackFrame) (root string, whole bool) {
	if len(frames) == 0 {
		return "no frames", false
	}
	last := frames[len(frames)-1]
	name := strings.Trim(last.Name, "─ ")
	if last.PresentationHint == "label" {
		return "the runtime", strings.HasPrefix(name, "... started by the Go runtime")
	}
	switch {
	case name == "main.main":
		return "main", true
	case name == "runtime.goexit" && slices.ContainsFunc(frames, func(f dap.StackFrame) bool { return f.Name == "runtime.main" }):
		return "main", true // the first goroutine: nothing is added to its stack
	case name == "runtime.doInit", name == "runtime.doInit1", name == "runtime.main":
		return "init", true
	}
	return name, false
}

// build builds the program as `go install PKG@VERSION` would, with recording.
func (p realProgram) build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	exe := filepath.Join(dir, p.name+".exe")
	for _, args := range [][]string{
		{"mod", "init", "scratch"},
		{"get", p.pkg + "@" + p.version},
		append(append([]string{"build"}, recordingFlags(t, dir)...), "-o", exe, p.pkg),
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("building %s: go %s: %v\n%s", p.name, strings.Join(args, " "), err, out)
		}
	}
	return exe
}

// watched is what happens in a session while nobody asks.
type watched struct {
	stopped chan int      // the thread of each stop
	ended   chan struct{} // closed when the program has ended
	mu      sync.Mutex
	out     bytes.Buffer
}

func (w *watched) output() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.String()
}

func watchEvents(c *dapClient) *watched {
	w := &watched{stopped: make(chan int, 100), ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		for m := range c.events {
			switch m := m.(type) {
			case *dap.StoppedEvent:
				w.stopped <- m.Body.ThreadId
			case *dap.OutputEvent:
				w.mu.Lock()
				w.out.WriteString(m.Body.Output)
				w.mu.Unlock()
			case *dap.TerminatedEvent:
				return
			}
		}
	}()
	return w
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// waitForPort returns once somebody accepts connections at a port.
func waitForPort(t *testing.T, port int, w *watched) {
	t.Helper()
	deadline, tick := time.After(hang), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for {
		if conn, err := net.Dial("tcp", loopback(port)); err == nil {
			conn.Close()
			return
		}
		select {
		case <-tick.C:
		case <-w.ended:
			t.Fatal("the program has ended before it accepted connections")
		case <-deadline:
			t.Fatalf("nobody accepts connections at port %d", port)
		}
	}
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

//go:build linux && (amd64 || arm64)

package process

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// helperVar makes the test binary something else than a test: "snapshots PID"
// takes snapshots for ever, "trace PID" seizes a process and waits.
const helperVar = "DLVX_PROCESS_HELPER"

func TestMain(m *testing.M) {
	if job := os.Getenv(helperVar); job != "" {
		if err := help(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func help(job string) error {
	verb, arg, _ := strings.Cut(job, " ")
	pid, err := strconv.Atoi(arg)
	if err != nil {
		return err
	}
	if verb == "trace" {
		return onThreadOfItsOwn(func() error {
			if err := ptrace(unix.PTRACE_SEIZE, pid, 0); err != nil {
				return err
			}
			fmt.Println("tracing")
			_, err := os.Stdin.Read(make([]byte, 1))
			return err
		})
	}
	p, err := Open(pid, discard)
	if err != nil {
		return err
	}
	for {
		s, err := p.Snapshot(context.Background(), false)
		if err != nil {
			return err
		}
		s.Close()
		if verb == "open" {
			return nil
		}
		fmt.Println("snapshot")
	}
}

// helper returns the command that makes the test binary do a job.
func helper(t *testing.T, job string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), helperVar+"="+job)
	return cmd
}

// longVar makes the tests of what only happens now and then take their time, some
// ten minutes. By hand: it is too long for every change.
const longVar = "PROCESS_LONG"

// TestKilled kills those who take snapshots, at any moment: the program goes on.
func TestKilled(t *testing.T) {
	kills := 20
	if os.Getenv(longVar) != "" {
		kills = 1000
	}
	p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "1000", "-quiet"))
	for range kills {
		h := startCmd(t, helper(t, fmt.Sprintf("snapshots %d", p.pid())))
		if line, err := h.out.ReadString('\n'); err != nil {
			t.Fatalf("the helper says %q, %v", line, err)
		}
		time.Sleep(time.Duration(rand.IntN(10_000)) * time.Microsecond) // any moment will do
		if err := h.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = h.cmd.Wait() // killed
		tids, err := threads(p.pid())
		if err != nil {
			t.Fatal(err)
		}
		for _, tid := range tids {
			s, err := readStatus(p.pid(), tid)
			if err == nil && (s.tracer != 0 || strings.EqualFold(s.state, "t")) {
				t.Fatalf("thread %d is in state %s, traced by %d", tid, s.state, s.tracer)
			}
		}
		p.echo(t)
	}
}

// TestRunning looks at a goroutine that runs.
func TestRunning(t *testing.T) {
	p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "20", "-spin", "-quiet"))
	untilSpinning(t, open(t, p.pid()))
}

// untilSpinning takes snapshots until one shows the goroutine that crowd's -spin
// makes at work: now and then a signal of the runtime's own interrupts it.
func untilSpinning(t *testing.T, p *Process) {
	t.Helper()
	for {
		s := snapshot(t, p, false)
		gs := goroutines(t, s)
		s.Close()
		for _, g := range gs {
			if len(g.Own) == 1 && g.Own[0].Func == "main.main.func2" && !g.OwnCut && g.State.Status == "running" {
				return
			}
		}
	}
}

// TestRunningUnstopped looks at a goroutine that runs without stopping it: its
// stack is not known, but what it began in.
func TestRunningUnstopped(t *testing.T) {
	p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "20", "-spin", "-quiet"))
	process := open(t, p.pid())
	for { // until it is running at that moment
		s := snapshot(t, process, true)
		gs := goroutines(t, s)
		s.Close()
		for _, g := range gs {
			if g.State.Status != "running" || g.System {
				continue
			}
			if name := g.Entry().Func; name != "main.main.func2" || len(g.Own) > 0 || !g.OwnCut {
				t.Errorf("it began in %q, with the stack %v", name, g.Own)
			}
			return
		}
	}
}

// TestPreempted looks at a goroutine that was stopped in a function without a
// frame, whose caller Delve 1.27.2 leaves out.
func TestPreempted(t *testing.T) {
	process := open(t, start(t, build(t, "preempted")).pid())
	for seen := false; !seen; { // at first they have not begun
		s := snapshot(t, process, false)
		for _, g := range goroutines(t, s) {
			if g.State.Status != "runnable" || len(g.Own) < 2 || g.Own[1].Func != "runtime.asyncPreempt" {
				continue
			}
			seen = true
			if got := fmt.Sprint(g.Own[2].Func, " ", g.Own[3].Func); got != "main.leaf main.caller" || g.OwnCut {
				t.Errorf("below asyncPreempt stand %s", got)
			}
		}
		s.Close()
	}
}

// TestChurn takes snapshots of a program whose goroutines never hold still. No
// stack may be one that none of them ever has.
func TestChurn(t *testing.T) {
	rounds := 50
	if os.Getenv(longVar) != "" {
		rounds = 5000
	}
	p := start(t, build(t, "churn"))
	process := open(t, p.pid())
	cut, all := 0, 0
	for i := range 2 * rounds {
		s := snapshot(t, process, i%2 == 1)
		for _, g := range goroutines(t, s) {
			var names []string
			for _, f := range g.Own {
				if strings.HasPrefix(f.Func, "main.") && !strings.Contains(f.Func, ".gowrap") {
					names = append(names, strings.TrimPrefix(f.Func, "main."))
				}
			}
			if g.OwnCut {
				cut++
				continue
			}
			if len(names) == 0 || g.ID == 1 || g.Entry().Func == "main.main.func1" {
				continue
			}
			all++
			switch stack := strings.Join(names, " "); stack {
			case "player", "evenOuter player", "oddOuter player",
				"evenInner evenOuter player", "oddInner oddOuter player",
				"pass evenInner evenOuter player", "pass oddInner oddOuter player":
			default:
				t.Errorf("snapshot %d: goroutine %d has the stack %s", i, g.ID, stack)
			}
		}
		s.Close()
	}
	if all == 0 {
		t.Error("no goroutine was seen at work")
	}
	if _, err := p.in.Write([]byte{'x'}); err != nil {
		t.Fatal(err)
	}
	ended, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d snapshots, %d stacks, and %d that are not known; goroutines that ended meanwhile: %s", 2*rounds, all, cut, bytes.TrimSpace([]byte(ended)))
}

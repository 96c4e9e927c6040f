//go:build linux && (amd64 || arm64)

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// refused checks that a process cannot be looked into, and that what is said is
// one line with some words in it.
func refused(t *testing.T, pid int, words string) {
	t.Helper()
	p, err := Open(pid, discard)
	if err == nil {
		_, err = p.Snapshot(context.Background(), false)
		p.Close()
	}
	if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
		t.Errorf("process %d: %v; expected %q", pid, err, words)
	}
}

func TestRefusals(t *testing.T) {
	t.Run("no process", func(t *testing.T) { refused(t, 1<<22-1, "there is no such process") })
	t.Run("not Go", func(t *testing.T) {
		refused(t, startCmd(t, exec.Command("sleep", "1000")).pid(), "it is not a Go program")
	})
	t.Run("zombie", func(t *testing.T) {
		cmd := exec.Command("true")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = cmd.Wait() }()
		// Until it has ended, without collecting it.
		if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
			t.Fatal(err)
		}
		refused(t, cmd.Process.Pid, "zombie")
	})
	t.Run("ended in between", func(t *testing.T) {
		p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "10", "-quiet"))
		process := open(t, p.pid())
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = p.cmd.Wait() // killed
		if _, err := process.Snapshot(context.Background(), false); !errors.Is(err, ErrEnded) || !strings.Contains(err.Error(), "it has ended while it was read") {
			t.Errorf("a snapshot of a process that has ended: %v", err)
		}
	})
	t.Run("another process has its number", func(t *testing.T) {
		p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "10", "-quiet"))
		process := open(t, p.pid())
		process.start = "1" // that of another one
		if _, err := process.Snapshot(context.Background(), true); !errors.Is(err, ErrEnded) || !strings.Contains(err.Error(), "another process has its number") {
			t.Errorf("a snapshot of another process: %v", err)
		}
	})
	t.Run("another program", func(t *testing.T) {
		p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "10", "-quiet"))
		process := open(t, p.pid())
		process.image.file.Close()
		var err error
		if process.image.file, err = os.Open("/proc/self/exe"); err != nil {
			t.Fatal(err)
		}
		if _, err := process.Snapshot(context.Background(), true); err == nil || !strings.Contains(err.Error(), "it runs another program now") {
			t.Errorf("a snapshot of another program: %v", err)
		}
	})
	t.Run("another user's", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root can be someone else")
		}
		p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "10", "-quiet"))
		// A copy that anybody may run, and by an open file: whatever the umask is, and
		// who may go into the folder for temporary files.
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		program, err := os.ReadFile(exe)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "helper")
		if err := os.WriteFile(path, program, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		h := helper(t, fmt.Sprintf("open %d", p.pid()))
		h.Path, h.Dir, h.ExtraFiles = "/proc/self/fd/3", "/", []*os.File{file}
		h.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := h.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "it belongs to user root: run dlvx as that user, or as root") {
			t.Errorf("as another user: %v, %s", err, out)
		}
	})
}

// Where a process cannot be looked into, its user is told what to do.
func TestDenied(t *testing.T) {
	for _, test := range []struct {
		uid, own, scope int
		want            string
	}{
		{0, 1000, 0, "it belongs to user root"},
		{4242424, 1000, 1, "it belongs to user 4242424"},
		{1000, 1000, 1, "kernel.yama.ptrace_scope=1"},
		{1000, 1000, 2, "run dlvx as root"},
		{0, 0, 3, "until it is booted anew"},
		{0, 0, 0, "SYS_PTRACE"},
	} {
		if err := denied(test.uid, test.own, test.scope); !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// A process that a debugger has is read without a stop, and that is said.
func TestTraced(t *testing.T) {
	p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "50", "-quiet"))
	tracer := startCmd(t, helper(t, fmt.Sprintf("trace %d", p.pid())))
	if line, err := tracer.out.ReadString('\n'); err != nil || line != "tracing\n" {
		t.Fatalf("the tracer says %q, %v", line, err)
	}
	s := snapshot(t, open(t, p.pid()), false)
	defer s.Close()
	want := fmt.Sprintf("process %d was not stopped: process %d is tracing it", p.pid(), tracer.pid())
	if s.Atomic || !strings.HasPrefix(s.Note, want) {
		t.Errorf("atomic is %v, and the note %q", s.Atomic, s.Note)
	}
	if gs := goroutines(t, s); len(gs) < 51 {
		t.Errorf("%d goroutines", len(gs))
	}
	p.echo(t)
}

// A process that job control has stopped is read, and stays stopped.
func TestStopped(t *testing.T) {
	p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "50", "-quiet"))
	if err := unix.Kill(p.pid(), unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := unix.Waitid(unix.P_PID, p.pid(), nil, unix.WSTOPPED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	s := snapshot(t, open(t, p.pid()), false)
	defer s.Close()
	if gs := goroutines(t, s); !s.Atomic || len(gs) < 51 {
		t.Errorf("atomic is %v, with %d goroutines", s.Atomic, len(gs))
	}
	for { // it goes from the tracer's stop into its own
		st, err := readStatus(p.pid(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if st.state == "T" {
			break
		}
	}
	if err := unix.Kill(p.pid(), unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	p.echo(t)
}

// A process in a container has other numbers for its threads.
func TestNamespace(t *testing.T) {
	cmd := exec.Command(build(t, "crowd"), "-n", "20", "-spin", "-quiet")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}
	if err := exec.Command("unshare", "--pid", "--fork", "true").Run(); err != nil {
		t.Skip("namespaces cannot be made here: ", err)
	}
	p, _ := startCrowd(t, cmd)
	untilSpinning(t, open(t, p.pid()))
}

func TestFind(t *testing.T) {
	exe := build(t, "crowd")
	name := fmt.Sprintf("crowd-of-%d-with-a-long-name", os.Getpid())
	renamed := filepath.Join(filepath.Dir(exe), name)
	if err := os.Rename(exe, renamed); err != nil {
		t.Fatal(err)
	}
	if pid, err := Find(name); err == nil {
		t.Errorf("before it runs, %s is process %d", name, pid)
	}
	one, _ := startCrowd(t, exec.Command(renamed, "-n", "1", "-quiet"))
	for _, spec := range []string{name, fmt.Sprint(one.pid())} {
		if pid, err := Find(spec); err != nil || pid != one.pid() {
			t.Errorf("%s is process %d, %v", spec, pid, err)
		}
	}
	startCrowd(t, exec.Command(renamed, "-n", "1", "-quiet"))
	if _, err := Find(name); err == nil || !strings.Contains(err.Error(), "2 processes are called") {
		t.Errorf("of two: %v", err)
	}
	for _, bad := range []string{"0", "-1", "99999999999", ""} {
		if pid, err := Find(bad); err == nil {
			t.Errorf("%q is process %d", bad, pid)
		}
	}
}

// Whoever waits for a snapshot may give up.
func TestCancelled(t *testing.T) {
	p, _ := startCrowd(t, exec.Command(build(t, "crowd"), "-n", "20", "-quiet"))
	gone := errors.New("nobody wants it any more")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(gone)
	if _, err := open(t, p.pid()).Snapshot(ctx, false); !errors.Is(err, gone) {
		t.Errorf("a snapshot that nobody wants: %v", err)
	}
	p.echo(t)
}

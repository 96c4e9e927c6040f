package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/dlvx/dlvx/internal/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// terminal runs a command in a terminal of 100 columns and 30 lines, as a file of
// steps says:
//
//	see REGEXP      wait until this is shown, after what the last step waited for
//	type TEXT       type a Go string
//	size 80 24      make the terminal another size
//	signal 15       send a signal
//	kill FILE       kill the process whose number is in a file
//	exit 0          wait until it ends, with this status
//
// Then the terminal has to be as it was. What has been said on standard error is
// in the file stderr.txt.
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: terminal steps command argument...")
	}
	tty, err := pty.Open(100, 30)
	ts.Check(err)
	defer tty.Close()
	// A terminal for which somebody waits in vain is given up before go test is.
	ts.Check(tty.Far.SetDeadline(time.Now().Add(5 * time.Minute)))
	before, err := tty.Mode()
	ts.Check(err)
	command, err := exec.LookPath(args[1])
	ts.Check(err)
	cmd := exec.Command(command, args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=1")
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty.Near, tty.Near, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	ended := false
	defer func() {
		if !ended {
			_ = cmd.Process.Kill() // it may have ended
			_ = cmd.Wait()
		}
	}()

	shown := ""
	for step := range strings.Lines(ts.ReadFile(args[0])) {
		verb, what, _ := strings.Cut(strings.TrimSpace(step), " ")
		switch verb {
		case "see":
			re, err := regexp.Compile(what)
			ts.Check(err)
			at := re.FindStringIndex(shown)
			for b := make([]byte, 1<<12); at == nil; at = re.FindStringIndex(shown) {
				n, err := tty.Far.Read(b)
				if err != nil {
					ts.Fatalf("waiting for %s, %v, and there is %q", what, err, shown)
				}
				shown += string(b[:n])
			}
			shown = shown[at[1]:]
		case "type":
			var text string
			_, err := fmt.Sscanf(what, "%q", &text)
			ts.Check(err)
			_, err = tty.Far.WriteString(text)
			ts.Check(err)
		case "size":
			var width, height int
			_, err := fmt.Sscan(what, &width, &height)
			ts.Check(err)
			ts.Check(tty.Resize(width, height))
		case "signal":
			var n int
			_, err := fmt.Sscan(what, &n)
			ts.Check(err)
			ts.Check(cmd.Process.Signal(syscall.Signal(n)))
		case "kill":
			var pid int
			_, err := fmt.Sscan(ts.ReadFile(what), &pid)
			ts.Check(err)
			ts.Check(syscall.Kill(pid, syscall.SIGKILL))
		case "exit":
			// Nobody is to wait for room to write to. It ends with the terminal.
			go func() { _, _ = io.Copy(io.Discard, tty.Far) }()
			_ = cmd.Wait() // the status tells
			ended = true
			if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != what {
				ts.Fatalf("%s ends with status %s: %s", args[1:], got, &said)
			}
		default:
			ts.Fatalf("unknown step %q", step)
		}
	}
	after, err := tty.Mode()
	ts.Check(err)
	if ended && after != before {
		ts.Fatalf("the terminal was %+v and is %+v", before, after)
	}
	ts.Check(os.WriteFile(ts.MkAbs("stderr.txt"), said.Bytes(), 0o644))
}

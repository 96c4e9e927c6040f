package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/google/go-dap"
)

// startHot starts a program that is at main.hot all the time. It says over the channel
// that it goes on; the channel is closed when it has ended.
func startHot(t *testing.T) (pid int, said <-chan struct{}) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("attaching needs rights elsewhere")
	}
	exe := binDir + "/hot.exe"
	if out, err := exec.Command("go", "build", "-o", exe, "./testdata/hot").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	hot := exec.Command(exe)
	stdout, err := hot.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := hot.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = hot.Process.Kill() // it may have ended
		_ = hot.Wait()
	})
	lines := make(chan struct{})
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(stdout); in.Scan(); {
			select {
			case lines <- struct{}{}:
			default:
			}
		}
	}()
	return hot.Process.Pid, lines
}

// noRaces are not reported: Delve's halt looks without its lock at what a stop sets.
const noRaces = "GORACE=exitcode=0 log_path=" + os.DevNull

// TestLeavingAHotBreakpoint: the signal by which Delve halts a process that is at a
// breakpoint anyway does not end it when it is left.
func TestLeavingAHotBreakpoint(t *testing.T) {
	pid, said := startHot(t)
	for range 4 {
		wait(t, "the program that was left", said)
		c := startDAP(t, noRaces)
		call[*dap.InitializeResponse](t, c, "initialize", dap.InitializeRequestArguments{
			AdapterID: "go", PathFormat: "path", LinesStartAt1: true, ColumnsStartAt1: true,
		})
		call[*dap.AttachResponse](t, c, "attach", map[string]any{"request": "attach", "mode": "local", "processId": pid})
		call[*dap.SetFunctionBreakpointsResponse](t, c, "setFunctionBreakpoints", dap.SetFunctionBreakpointsArguments{
			Breakpoints: []dap.FunctionBreakpoint{{Name: "main.hot"}},
		})
		call[*dap.ConfigurationDoneResponse](t, c, "configurationDone", struct{}{})
		for range 3 {
			at := event[*dap.StoppedEvent](t, c).Body.ThreadId
			call[*dap.ContinueResponse](t, c, "continue", dap.ContinueArguments{ThreadId: at})
		}
		call[*dap.DisconnectResponse](t, c, "disconnect", struct{}{})
		for range c.events { // until the session has ended
		}
	}
	wait(t, "the program that was left", said)
}

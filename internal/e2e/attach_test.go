package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/google/go-dap"
)

// TestDAPAttach pauses a server that runs already. Where cgo is to be had it is linked
// with shared libraries, and Delve would not answer the pause.
func TestDAPAttach(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("attaching needs rights elsewhere")
	}
	p := program(t, "pause")
	pid := startPlainly(t, p, buildRecording(t, p, fixture.DebugFlag))
	c := startDAP(t)
	call[*dap.InitializeResponse](t, c, "initialize", dap.InitializeRequestArguments{
		AdapterID: "go", PathFormat: "path", LinesStartAt1: true, ColumnsStartAt1: true,
	})
	call[*dap.AttachResponse](t, c, "attach", map[string]any{"request": "attach", "mode": "local", "processId": pid})
	call[*dap.ConfigurationDoneResponse](t, c, "configurationDone", struct{}{})
	c.pauseAtRest(t)
	if d := p.Diff(nil, c.stacks(t)); d != "" {
		t.Error(d)
	}
	call[*dap.DisconnectResponse](t, c, "disconnect", struct{}{})
}

// startPlainly starts a program without a debugger, and returns once it says
// that it is ready.
func startPlainly(t *testing.T, p *fixture.Program, exe string) (pid int) {
	t.Helper()
	cmd := exec.Command(exe, p.Args...)
	cmd.Dir, cmd.Env = p.Dir, append(os.Environ(), p.Env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // killed
	})
	for in := bufio.NewScanner(out); in.Scan(); {
		if in.Text() == fixture.Ready {
			return cmd.Process.Pid
		}
	}
	t.Fatalf("the program never said %q", fixture.Ready)
	return 0
}

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-dap"
)

// clientsVar names the DAP clients that TestClients starts. Without it the test
// is skipped: they have to be installed.
const clientsVar = "DLVX_CLIENTS"

// clients are DAP clients that other people wrote, by how a script of theirs is
// started.
var clients = map[string][]string{
	"testsupport": {"node", "testsupport.cjs"},
	"dap-mode":    {"emacs", "--batch", "--load", "dap-mode.el"},
}

// TestClients lets clients of other people's start `dlvx dap` and read the
// stack at a breakpoint.
func TestClients(t *testing.T) {
	wanted := strings.Fields(os.Getenv(clientsVar))
	if len(wanted) == 0 {
		t.Skipf("only with %s: see .ci/clients", clientsVar)
	}
	exe, err := dlvx()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range wanted {
		command := slices.Clone(clients[name])
		if command == nil {
			t.Errorf("there is no client %q", name)
			continue
		}
		script := &command[len(command)-1]
		if *script, err = filepath.Abs(filepath.Join("testdata", "clients", *script)); err != nil {
			t.Fatal(err)
		}
		for _, programName := range []string{"exited", "errgroup", "afterfunc"} {
			t.Run(name+"/"+programName, func(t *testing.T) {
				p := program(t, programName)
				at := p.Stopped()
				cmd := exec.Command(command[0], append(command[1:], exe, p.Dir, at.File, fmt.Sprint(at.Line), filepath.Join(t.TempDir(), "target.exe"))...)
				var out, messages bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &messages
				if err := cmd.Run(); err != nil {
					t.Fatalf("%s: %v\n%s%s", name, err, out.Bytes(), messages.Bytes())
				}
				var frames []dap.StackFrame
				if err := json.Unmarshal(out.Bytes(), &frames); err != nil {
					t.Fatalf("%s: %v in %s\n%s", name, err, out.Bytes(), messages.Bytes())
				}
				if d := p.Diff(shownFrames(frames), nil); d != "" {
					t.Error(d)
				}
			})
		}
	}
}

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/fixture"
	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/google/go-dap"
)

// TestForeignFormat: labels of another version are not read, and the user is
// told so and why, once, where an editor shows it.
func TestForeignFormat(t *testing.T) {
	p := program(t, "exited")
	exe, err := os.ReadFile(buildRecording(t, p, fixture.DebugFlag))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(exe, []byte(spawnlabel.Magic))
	if at < 0 {
		t.Fatal("a recording program has no format record")
	}
	exe[at+len(spawnlabel.Magic)] = 99
	foreign := filepath.Join(t.TempDir(), "foreign.exe")
	if err := os.WriteFile(foreign, exe, 0o755); err != nil {
		t.Fatal(err)
	}
	c := startDAP(t)
	thread := c.launchToStop(t, p, map[string]any{"mode": "exec", "program": foreign, "ancestors": 0})
	for _, f := range c.frames(t, thread) {
		if strings.Contains(f.Name, "main.first") {
			t.Errorf("%s: a label of a foreign format was read", f.Name)
		}
	}
	said := 0
	c.frames(t, thread)
	call[*dap.DisconnectResponse](t, c, "disconnect", map[string]any{"terminateDebuggee": true})
	for m := range c.events {
		if o, ok := m.(*dap.OutputEvent); ok && o.Body.Category == "console" && strings.Contains(o.Body.Output, "of format 99, this dlvx reads 1") {
			said++
		}
	}
	if said != 1 {
		t.Errorf("the user was told %d times, want once", said)
	}
}

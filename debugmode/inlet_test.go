//go:build unix

package debugmode

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// Each run of a program has its own records, whatever the one before has left
// behind, and also where a sink has given up on that.
func TestInlet(t *testing.T) {
	var runs []string
	in, err := Settings{Slow: 7}.Inlet(func(records io.Reader) {
		if len(runs) == 1 {
			runs = append(runs, "")
			return // gives up
		}
		text, _ := io.ReadAll(records)
		runs = append(runs, string(text))
	})
	if err != nil {
		t.Fatal(err)
	}
	if name, value := in.Variable(); name != "DLVX_DEBUGMODE" || !strings.HasPrefix(value, "1,") || !strings.HasSuffix(value, ",7,0,0,0") {
		t.Errorf("variable %s=%s", name, value)
	}
	long := strings.Repeat("x", 1<<20)
	for _, text := range []string{"first\n.\npart of", "dropped\n", long, "stop\n" + string(newStopLine()), ""} {
		// What a program writes, who is read while it writes.
		if _, err := io.WriteString(in.w, text); err != nil {
			t.Fatal(err)
		}
		in.Settle()
	}
	in.Close()
	in.Settle() // behind the end: nothing
	want := []string{"first\n.\npart of\n", "", long + "\n", "", "\n", ""}
	if len(runs) > 3 && strings.HasPrefix(runs[3], "stop\nstop ") {
		runs[3] = "" // no line that the program can know of ends a run
	}
	if !slices.Equal(runs, want) {
		t.Errorf("%d runs: %.60q", len(runs), runs)
	}
}

// Children inherit the descriptor that the variable names.
func TestInletIsInherited(t *testing.T) {
	records := make(chan string, 2)
	in, err := Settings{}.Inlet(func(r io.Reader) {
		text, _ := io.ReadAll(r)
		records <- string(text)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	_, value := in.Variable()
	fd := strings.Split(value, ",")[1]
	p, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "echo hello >/dev/fd/" + fd}, &os.ProcAttr{})
	if err != nil {
		t.Skip("no shell: ", err)
	}
	if _, err := p.Wait(); err != nil {
		t.Fatal(err)
	}
	in.Settle()
	if have := <-records; have != "hello\n\n" {
		t.Errorf("records %q", have)
	}
}

//go:build linux

package debugmode

import (
	"encoding/json"
	"fmt"
	goversion "go/version"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// want is the comment that says what is reported of a line: a kind, how many,
// and of goroutines the function and the state, of contexts the total.
var want = regexp.MustCompile(`// want ((?:pending|leak) \d+ \S+ \[.+\]|context \d+/\d+)$`)

// TestAnswers runs programs that say in comments what is left over at their
// end. No more and no less than that may be reported.
func TestAnswers(t *testing.T) {
	bin, goroot := t.TempDir(), strings.TrimSpace(goCommand(t, "env", "GOROOT"))
	goCommand(t, append(append([]string{"build", "-o", bin + "/"}, flags(t)...), "./testdata/answers/...")...)
	older := goversion.Compare(strings.TrimSpace(goCommand(t, "env", "GOVERSION")), "go1.26") < 0 // it does not look for leaks
	for _, name := range []string{"pool", "abandoned", "service", "contexts", "shapes"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := filepath.Join("testdata", "answers", name, "main.go")
			text, err := os.ReadFile(source)
			if err != nil {
				t.Fatal(err)
			}
			var wanted []string
			for i, line := range strings.Split(string(text), "\n") {
				if m := want.FindStringSubmatch(line); m != nil {
					if older {
						m[1] = strings.Replace(m[1], "leak", "pending", 1)
					}
					wanted = append(wanted, fmt.Sprintf("%d: %s", i+1, m[1]))
				} else if strings.Contains(line, "want") {
					t.Fatalf("%s:%d: no such answer", source, i+1)
				}
			}
			cmd := exec.Command(filepath.Join(bin, name))
			cmd.Stderr = os.Stderr
			var found []string
			wait, err := Settings{Slow: time.Hour, Pending: true, Leaks: true, Contexts: true}.Start(cmd, func(records io.Reader) {
				found = answers(t, records, goroot, name+"/main.go")
			})
			if err == nil {
				err = wait()
			}
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(wanted)
			slices.Sort(found)
			if !slices.Equal(wanted, found) {
				t.Errorf("reported:\n\t%s\nwant:\n\t%s", strings.Join(found, "\n\t"), strings.Join(wanted, "\n\t"))
			}
		})
	}
}

// answers returns what a report says of the lines of a file, as want has it.
func answers(t *testing.T, records io.Reader, goroot, file string) []string {
	r, w := io.Pipe()
	go func() {
		report, err := NewReport(w, Options{Format: "json", Goroot: goroot})
		if err == nil {
			err = report.Add(records, "")
		}
		if err == nil {
			err = report.Close()
		}
		w.CloseWithError(err)
	}()
	var found []string
	for lines := json.NewDecoder(r); ; {
		var e jsonEvent
		if err := lines.Decode(&e); err == io.EOF {
			return found
		} else if err != nil {
			t.Error(err)
			return found
		}
		switch e.Kind {
		case Pending, Leak, Context:
		default:
			continue // the summary
		}
		place := "?"
		if e.Where != nil && strings.HasSuffix(e.Where.File, "/"+file) {
			place = fmt.Sprint(e.Where.Line)
		}
		answer := fmt.Sprintf("%s: %s %d %s [%s]", place, e.Kind, e.Count, e.Function, e.State)
		if e.Kind == Context {
			answer = fmt.Sprintf("%s: %s %d/%d", place, e.Kind, e.Count, e.Total)
		}
		found = append(found, answer)
	}
}

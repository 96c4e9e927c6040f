//go:build linux

package debugmode

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// What slow stretches are held to takes a minute and a half, and is run by hand:
//
//	DEBUGMODE_BARS=1 go test -v -run TestBars ./debugmode
func TestBars(t *testing.T) {
	if os.Getenv("DEBUGMODE_BARS") == "" {
		t.Skip("takes long: it is run with DEBUGMODE_BARS=1")
	}
	flags := flags(t)
	for _, test := range []struct {
		program, argument string
		stretches         int
	}{
		{"stretches", "100", 100},
		{"quiet", "1m", 0},
	} {
		t.Run(test.program, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), test.program)
			goCommand(t, append(append([]string{"build", "-o", program}, flags...), "./testdata/"+test.program)...)
			cmd := exec.Command(program, test.argument)
			cmd.Stderr = os.Stderr
			found := 0
			wait, err := Settings{Slow: 100 * time.Millisecond}.Start(cmd, func(records io.Reader) {
				err := Read(records, func(e Event) {
					if !inStretch(&e) {
						t.Errorf("no stretch of the program's: %s\n%+v", message(&e, 0), framesOf(&e))
					}
					if !e.GoesOn {
						found++
					}
				})
				if err != nil {
					t.Error(err)
				}
			})
			if err == nil {
				err = wait()
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("found %d of %d", found, test.stretches)
			if found != test.stretches {
				t.Fail()
			}
		})
	}
}

func inStretch(e *Event) bool {
	for _, f := range framesOf(e) {
		if f.Func == "main.inject" {
			return true
		}
	}
	return false
}

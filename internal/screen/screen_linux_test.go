package screen

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/pty"
	"golang.org/x/sys/unix"
)

// jobVar makes the test binary a program with a screen.
const jobVar = "DLVX_SCREEN_JOB"

func TestMain(m *testing.M) {
	if job := os.Getenv(jobVar); job != "" {
		run(job)
		return
	}
	os.Exit(m.Run())
}

func run(job string) {
	s, err := Open(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	defer s.Close()
	for k := range s.Keys() {
		width, height := s.Size()
		if err := s.Draw([]string{fmt.Sprintf("%s on %d x %d", k, width, height)}); err != nil {
			panic(err)
		}
		switch {
		case k == "q" && job == "panic":
			panic("on purpose")
		case k == "q":
			return
		}
	}
}

// TestRestored checks that a terminal is as it was, also after a panic.
func TestRestored(t *testing.T) {
	for _, job := range []string{"end", "panic"} {
		t.Run(job, func(t *testing.T) {
			tty, err := pty.Open(99, 33)
			if err != nil {
				t.Skip("there are no pseudo-terminals here: ", err)
			}
			defer tty.Close()
			before, err := tty.Mode()
			if err != nil {
				t.Fatal(err)
			}
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), jobVar+"="+job)
			cmd.Stdin, cmd.Stdout = tty.Near, tty.Near
			var said bytes.Buffer
			cmd.Stderr = &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// It has taken the terminal over once it has written this.
			shown := readUntil(t, tty.Far, "", enter)
			during, err := tty.Mode()
			if err != nil {
				t.Fatal(err)
			}
			if during.Lflag&(unix.ECHO|unix.ICANON) != 0 {
				t.Error("the terminal echoes, or waits for lines, while the screen is there")
			}
			if _, err := io.WriteString(tty.Far, "q"); err != nil {
				t.Fatal(err)
			}
			shown = readUntil(t, tty.Far, shown, leave)
			if !strings.Contains(shown, "q on 99 x 33") {
				t.Errorf("not shown: %q", shown)
			}
			err = cmd.Wait()
			if panicked := strings.Contains(said.String(), "on purpose"); panicked != (job == "panic") || (err != nil) != panicked {
				t.Errorf("ended with %v, said %s", err, &said)
			}
			after, err := tty.Mode()
			if err != nil {
				t.Fatal(err)
			}
			if after != before {
				t.Errorf("the terminal was %+v and is %+v", before, after)
			}
		})
	}
}

// readUntil reads what a terminal is sent until a text comes.
func readUntil(t *testing.T, far *os.File, before, text string) string {
	t.Helper()
	for b := make([]byte, 1000); !strings.Contains(before, text); {
		n, err := far.Read(b)
		if err != nil {
			t.Fatalf("%q, then %v", before, err)
		}
		before += string(b[:n])
	}
	return before
}

package screen

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

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

// terminal returns the two sides of a new pseudo-terminal (pty(7)).
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 33, Col: 99}); err != nil {
		t.Fatal(err)
	}
	return master, slave
}

// TestRestored checks that a terminal is as it was, also after a panic.
func TestRestored(t *testing.T) {
	for _, job := range []string{"end", "panic"} {
		t.Run(job, func(t *testing.T) {
			master, slave := terminal(t)
			before, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
			if err != nil {
				t.Fatal(err)
			}
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), jobVar+"="+job)
			cmd.Stdin, cmd.Stdout = slave, slave
			var said bytes.Buffer
			cmd.Stderr = &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// It has taken the terminal over once it has written this.
			shown := readUntil(t, master, "", enter)
			during, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
			if err != nil {
				t.Fatal(err)
			}
			if during.Lflag&(unix.ECHO|unix.ICANON) != 0 {
				t.Error("the terminal echoes, or waits for lines, while the screen is there")
			}
			if _, err := io.WriteString(master, "q"); err != nil {
				t.Fatal(err)
			}
			shown = readUntil(t, master, shown, leave)
			if !strings.Contains(shown, "q on 99 x 33") {
				t.Errorf("not shown: %q", shown)
			}
			err = cmd.Wait()
			if panicked := strings.Contains(said.String(), "on purpose"); panicked != (job == "panic") || (err != nil) != panicked {
				t.Errorf("ended with %v, said %s", err, &said)
			}
			after, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
			if err != nil {
				t.Fatal(err)
			}
			if *after != *before {
				t.Errorf("the terminal was %+v and is %+v", *before, *after)
			}
		})
	}
}

// readUntil reads what a terminal is sent until a text comes.
func readUntil(t *testing.T, master *os.File, before, text string) string {
	t.Helper()
	for b := make([]byte, 1000); !strings.Contains(before, text); {
		n, err := master.Read(b)
		if err != nil {
			t.Fatalf("%q, then %v", before, err)
		}
		before += string(b[:n])
	}
	return before
}

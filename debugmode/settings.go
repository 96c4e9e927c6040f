package debugmode

import (
	"fmt"
	"time"
)

// version is that of the settings and the records; both ends must agree.
const version = 1

// variable is the environment variable by which the mode is switched on, for
// the process that is started with it and no other.
const variable = "DLVX_DEBUGMODE"

// Settings say what is watched.
type Settings struct {
	Slow     time.Duration // how long a goroutine may run without blocking or yielding; 0: as long as it likes
	Blocked  time.Duration // how long a system or cgo call may take; 0: as long as it likes
	Pending  bool          // goroutines that still exist at exit
	Leaks    bool          // goroutines that can never be woken
	Contexts bool          // contexts that are never cancelled
	Tests    bool          // goroutines that a test leaves behind
	Signal   int           // number of the signal that asks for a dump; 0: none does
}

// String returns the settings as [ParseSettings] takes them: numbers with
// commas between them.
func (s Settings) String() string {
	features := 0
	for i, on := range s.features() {
		if *on {
			features |= 1 << i
		}
	}
	return fmt.Sprintf("%d,%d,%d,%d", max(0, s.Slow), max(0, s.Blocked), s.Signal, features)
}

// ParseSettings is the reverse of String.
func ParseSettings(text string) (Settings, error) {
	var s Settings
	var features int
	if n, err := fmt.Sscanf(text, "%d,%d,%d,%d", &s.Slow, &s.Blocked, &s.Signal, &features); n != 4 {
		return s, fmt.Errorf("parsing the settings %q: %w", text, err)
	}
	for i, on := range s.features() {
		*on = features&(1<<i) != 0
	}
	return s, nil
}

// features are the settings that are bits, from the lowest on.
func (s *Settings) features() []*bool {
	return []*bool{&s.Pending, &s.Leaks, &s.Contexts, &s.Tests}
}

// value is what the variable is set to, for a process that is to write to a
// file descriptor.
func (s Settings) value(fd int) string { return fmt.Sprintf("%d,%d,%s", version, fd, s) }

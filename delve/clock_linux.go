package delve

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Now returns the time by the clock that the target's runtime tells time by
// (runtime.nanotime: CLOCK_MONOTONIC), in nanoseconds.
//
// Of a target that is not alive (a core file, a recording) it cannot be told.
func (s *DebuggerSession) Now() (int64, error) {
	if recorded, _ := s.d.Recorded(); recorded {
		return 0, errors.New("the target's time has stopped")
	}
	var ts unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return ts.Nano(), err
}

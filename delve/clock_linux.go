package delve

import "golang.org/x/sys/unix"

// Now returns the time by the clock that the target's runtime tells time by
// (runtime.nanotime: CLOCK_MONOTONIC), in nanoseconds.
func (s *DebuggerSession) Now() (int64, error) {
	var ts unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return ts.Nano(), err
}

//go:build !linux || !(amd64 || arm64)

package process

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/dlvx/dlvx/stitch"
)

// A Process cannot be had here.
type Process struct{}

// Open fails with [ErrSystem].
func Open(int, *slog.Logger) (*Process, error) { return nil, ErrSystem }

// Find returns the number of a process; names are not known here.
func Find(spec string) (pid int, err error) {
	if pid, err = strconv.Atoi(spec); err != nil || pid <= 0 {
		return 0, fmt.Errorf("%s is not the number of a process; names are known on Linux only", spec)
	}
	return pid, nil
}

// Snapshot fails.
func (*Process) Snapshot(context.Context, bool) (*Snapshot, error) { return nil, ErrSystem }

// GoVersion is never called.
func (*Process) GoVersion() string { return "" }

// Name is never called.
func (*Process) Name() string { return "" }

// Close is never called.
func (*Process) Close() error { return nil }

// A Snapshot cannot be had here.
type Snapshot struct {
	Atomic  bool
	Note    string
	Stopped time.Duration
}

// ReadMemory is never called, as all that follow.
func (*Snapshot) ReadMemory(uint64, []byte) error { return ErrSystem }

// Eval is never called.
func (*Snapshot) Eval(int64, string) (uint64, error) { return 0, ErrSystem }

// Stack is never called.
func (*Snapshot) Stack(int64, int) ([]stitch.Frame, error) { return nil, ErrSystem }

// Close is never called.
func (*Snapshot) Close() {}

// A Core cannot be had here.
type Core struct{ Note string }

// OpenCore fails with [ErrSystem].
func OpenCore(_, _ string, _ *slog.Logger) (*Core, error) { return nil, ErrSystem }

// GoVersion is never called, as all that follow.
func (*Core) GoVersion() string { return "" }

// ReadMemory is never called.
func (*Core) ReadMemory(uint64, []byte) error { return ErrSystem }

// Eval is never called.
func (*Core) Eval(int64, string) (uint64, error) { return 0, ErrSystem }

// Stack is never called.
func (*Core) Stack(int64, int) ([]stitch.Frame, error) { return nil, ErrSystem }

// Close is never called.
func (*Core) Close() error { return nil }

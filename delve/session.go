package delve

import (
	"fmt"
	"go/constant"

	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/service/debugger"
)

// selected is Delve's id for the goroutine, or thread, that the user is at.
const selected = -1

// A DebuggerSession looks into the target of a debugger in this process. Its
// methods block while the target runs, because the debugger's lock is held
// then: call them only between a stop and the next resume.
type DebuggerSession struct {
	d   *debugger.Debugger
	pid int
}

// NewDebuggerSession returns the [goruntime.Session] of the target that is
// selected in d now. Where Delve follows the children of a process another
// target may be selected later: then every question fails.
func NewDebuggerSession(d *debugger.Debugger) *DebuggerSession {
	group, unlock := d.LockTargetGroup()
	defer unlock()
	return &DebuggerSession{d, group.Selected.Pid()}
}

// Pid returns the id of the process that s looks into.
func (s *DebuggerSession) Pid() int { return s.pid }

// target returns the target, which the caller may look into until unlock.
func (s *DebuggerSession) target() (t *proc.Target, unlock func(), err error) {
	group, unlock := s.d.LockTargetGroup()
	if ok, err := group.Valid(); !ok {
		unlock()
		return nil, nil, err
	}
	if pid := group.Selected.Pid(); pid != s.pid {
		unlock()
		return nil, nil, fmt.Errorf("process %d is selected, not %d", pid, s.pid)
	}
	return group.Selected, unlock, nil
}

// ReadMemory implements [goruntime.Session].
func (s *DebuggerSession) ReadMemory(addr uint64, buf []byte) error {
	t, unlock, err := s.target()
	if err != nil {
		return err
	}
	defer unlock()
	n, err := t.Memory().ReadMemory(buf, addr)
	if err == nil && n < len(buf) {
		err = fmt.Errorf("only %d of %d bytes are readable", n, len(buf))
	}
	return err
}

// Eval implements [goruntime.Session].
func (s *DebuggerSession) Eval(goid int64, expr string) (uint64, error) {
	if goid == 0 {
		goid = selected
	}
	v, err := s.d.EvalVariableInScope(goid, 0, 0, expr, proc.LoadConfig{})
	if err != nil {
		return 0, err
	}
	if v.Unreadable != nil {
		return 0, v.Unreadable
	}
	if v.Value == nil || v.Value.Kind() != constant.Int {
		return 0, fmt.Errorf("%s is not a number", expr)
	}
	if n, ok := constant.Uint64Val(v.Value); ok {
		return n, nil
	}
	n, _ := constant.Int64Val(v.Value)
	return uint64(n), nil
}

// Stack implements [goruntime.Session].
func (s *DebuggerSession) Stack(goid int64, depth int) ([]stitch.Frame, error) {
	raw, err := s.d.Stacktrace(goid, depth-1, 0)
	if err != nil {
		return nil, err
	}
	frames := make([]stitch.Frame, 0, len(raw))
	for _, f := range raw {
		if f.Err != nil {
			return frames, f.Err
		}
		frame := stitch.Frame{File: f.Call.File, Line: f.Call.Line, PC: f.Call.PC, Inlined: f.Inlined, Live: -1}
		if f.Call.Fn != nil {
			frame.Func = f.Call.Fn.Name
		}
		frames = append(frames, frame)
	}
	return frames, nil
}

// Prime tells Delve where in runtime.allgs a goroutine is found, which it
// would otherwise look for from the first on, for seconds where there are many.
func (s *DebuggerSession) Prime(position int) error {
	_, _, err := s.d.Goroutines(position, 1)
	return err
}

// Locate returns the address of a goroutine's runtime.g, which Delve has at hand
// of one that it has just shown.
func (s *DebuggerSession) Locate(goid int64) (uint64, error) {
	g, err := s.d.FindGoroutine(goid)
	if err != nil {
		return 0, err
	}
	if g == nil {
		return 0, fmt.Errorf("no goroutine %d", goid)
	}
	v, err := unexported[*proc.Variable](g, "variable")
	switch {
	case err != nil:
		return 0, err
	case v == nil:
		return 0, fmt.Errorf("goroutine %d has no place in memory", goid)
	}
	return v.Addr, nil
}

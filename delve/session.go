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
type DebuggerSession struct{ d *debugger.Debugger }

// NewDebuggerSession returns the [goruntime.Session] of d's selected target.
func NewDebuggerSession(d *debugger.Debugger) *DebuggerSession { return &DebuggerSession{d} }

// ReadMemory implements [goruntime.Session].
func (s *DebuggerSession) ReadMemory(addr uint64, buf []byte) error {
	group, unlock := s.d.LockTargetGroup()
	defer unlock()
	if ok, err := group.Valid(); !ok {
		return err
	}
	n, err := group.Selected.Memory().ReadMemory(buf, addr)
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

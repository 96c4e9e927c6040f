package delve

import (
	"fmt"
	"strconv"

	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// A ClientSession looks into the target of a Delve at the other end of an RPC
// connection.
type ClientSession struct {
	c   service.Client
	pid int // of the target; 0: not known
}

// NewClientSession returns the [goruntime.Session] of c's selected target.
func NewClientSession(c service.Client) *ClientSession { return &ClientSession{c: c} }

// ReadMemory implements [goruntime.Session]. The server gives at most 64 KiB
// in one answer.
func (s *ClientSession) ReadMemory(addr uint64, buf []byte) error {
	for len(buf) > 0 {
		n := min(len(buf), rpc2.ExamineMemoryLengthLimit)
		b, _, err := s.c.ExamineMemory(addr, n)
		if err != nil {
			return err
		}
		if len(b) < n {
			return fmt.Errorf("only %d of %d bytes are readable", len(b), n)
		}
		copy(buf, b)
		buf, addr = buf[n:], addr+uint64(n)
	}
	return nil
}

// Eval implements [goruntime.Session].
func (s *ClientSession) Eval(goid int64, expr string) (uint64, error) {
	if goid == 0 {
		goid = selected
	}
	v, err := s.c.EvalVariable(api.EvalScope{GoroutineID: goid}, expr, api.LoadConfig{})
	if err != nil {
		return 0, err
	}
	if v.Unreadable != "" {
		return 0, fmt.Errorf("%s", v.Unreadable)
	}
	n, err := strconv.ParseInt(v.Value, 0, 64)
	if err == nil {
		return uint64(n), nil
	}
	return strconv.ParseUint(v.Value, 0, 64)
}

// Stack implements [goruntime.Session].
func (s *ClientSession) Stack(goid int64, depth int) ([]stitch.Frame, error) {
	raw, err := s.c.Stacktrace(goid, depth-1, 0, 0, nil)
	if err != nil {
		return nil, err
	}
	frames := make([]stitch.Frame, 0, len(raw))
	for _, f := range raw {
		if f.Err != "" {
			return frames, fmt.Errorf("%s", f.Err)
		}
		frames = append(frames, frameOf(f.Location))
	}
	return frames, nil
}

// Prime is as [DebuggerSession.Prime].
func (s *ClientSession) Prime(position int) error {
	_, _, err := s.c.ListGoroutines(position, 1)
	return err
}

// frameOf converts a location of Delve's API. It does not say which calls are
// inlined.
func frameOf(l api.Location) stitch.Frame {
	return stitch.Frame{Func: l.Function.Name(), File: l.File, Line: l.Line, PC: l.PC, Live: -1}
}

package delve

import (
	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/pkg/proc"
)

// Halt tells which goroutines the program's threads were on when it stopped. A
// thread that is in no goroutine, or of which that cannot be told, is left out.
func (s *DebuggerSession) Halt() (stitch.Halt, error) {
	t, unlock, err := s.target()
	if err != nil {
		return stitch.Halt{}, err
	}
	defer unlock()
	halt := stitch.Halt{Threads: map[int64]int{}}
	if g := t.SelectedGoroutine(); g != nil {
		halt.Selected = g.ID
	}
	for _, thread := range t.ThreadList() {
		g, err := proc.GetG(thread)
		if err != nil || g == nil || g.ID == 0 {
			continue
		}
		halt.Threads[g.ID] = thread.ThreadID()
		if at := thread.Breakpoint(); at.Breakpoint != nil && at.Active && !at.Stepping {
			halt.Hit = append(halt.Hit, g.ID)
		}
	}
	return halt, nil
}

package delve

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/debugger"
)

// letGoTimeout bounds how long a process that it has attached to may hold up the end
// of dlvx.
const letGoTimeout = 2 * time.Second

// letGo makes a process that Delve has attached to ready to be left. Delve halts it by
// a SIGTRAP (native.requestManualStop). Where a breakpoint stops it in the same moment
// the signal is pending still, and ends the process once nobody traces it any more. So
// it is halted, its breakpoints are removed, and it runs for as long as it takes to
// get the signal. What takes too long is left to Delve.
func letGo(d *debugger.Debugger) {
	pid := d.AttachPid()
	if pid == 0 {
		return
	}
	calm := make(chan struct{})
	go func() {
		defer close(calm)
		if d.IsRunning() {
			_ = command(d, api.Halt) // where it fails it may have halted all the same
		}
		for _, bp := range d.Breakpoints(false) {
			if bp.ID > 0 { // the others are Delve's own
				_, _ = d.ClearBreakpoint(bp) // it goes with the detach, too
			}
		}
		for trapPending(pid) {
			if err := command(d, api.Continue); err != nil {
				return
			}
		}
	}()
	select {
	case <-calm:
	case <-time.After(letGoTimeout):
	}
}

// command has Delve do something. Halted where a traced function returns it panics
// (1.27.2, Debugger.Command).
func command(d *debugger.Debugger, name string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	_, err = d.Command(&api.DebuggerCommand{Name: name}, nil, nil, nil)
	return err
}

// trapPending tells whether a SIGTRAP is on its way to a process: ShdPnd in proc(5).
func trapPending(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(status)) {
		if mask, ok := strings.CutPrefix(line, "ShdPnd:"); ok {
			pending, _ := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
			return pending&(1<<(syscall.SIGTRAP-1)) != 0
		}
	}
	return false
}

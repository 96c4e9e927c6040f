package delve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/pkg/locspec"
	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// A NotReachedError says that a program ended without having been at a
// location.
type NotReachedError struct {
	Location string
	Status   int // the program's exit status; negative: the signal that killed it
}

func (e *NotReachedError) Error() string {
	if e.Status < 0 {
		return fmt.Sprintf("%s was not reached: the program was killed by signal %d", e.Location, -e.Status)
	}
	return fmt.Sprintf("%s was not reached: the program exited with status %d", e.Location, e.Status)
}

// Until runs p until one of its goroutines gets to a location (a function, or
// file:line), and returns that goroutine's logical stack. The program is gone
// when Until returns. A program that ends before is a [NotReachedError].
//
// The program's output goes to stdout, unless the options redirect it.
func Until(ctx context.Context, o Options, p Program, location string, stdout *os.File, log *slog.Logger) (s stitch.Stack, err error) {
	listener, conn := service.ListenerPipe()
	defer listener.Close()
	// Delve closes the file that it gives to the program.
	output, err := duplicate(stdout)
	if err != nil {
		return stitch.Stack{}, fmt.Errorf("redirecting the program's output: %w", err)
	}
	server, err := o.start(p, listener, proc.OutputRedirect{File: output}, nil)
	if err != nil {
		return stitch.Stack{}, err
	}
	defer func() { err = errors.Join(err, stop(server)) }()
	client := newStitchClient(rpc2.NewClientFromConn(conn), nil, log)

	if err := breakAt(client, location); err != nil {
		return stitch.Stack{}, err
	}
	for {
		select {
		case <-ctx.Done():
			return stitch.Stack{}, context.Cause(ctx)
		case state, ok := <-client.Continue():
			switch {
			case !ok:
				return stitch.Stack{}, errors.New("the debugger ended")
			case state.Exited:
				return stitch.Stack{}, &NotReachedError{location, state.ExitStatus}
			case state.Err != nil:
				return stitch.Stack{}, fmt.Errorf("running the program: %w", state.Err)
			}
			if goid, ok := atUntil(state); ok {
				return client.logical(goid)
			}
			// Stopped for another reason, such as a panic that nobody
			// recovers: go on to the program's own end.
		}
	}
}

// untilName names the breakpoint of Until.
const untilName = "until"

func breakAt(client service.Client, location string) error {
	locs, substituted, err := client.FindLocation(api.EvalScope{GoroutineID: selected}, absolute(location), true, nil)
	if err != nil {
		if strings.Contains(err.Error(), "ambiguous") && !strings.ContainsAny(location, ".:/") {
			err = fmt.Errorf("%w; give its full name, as main.%s or main.(*T).%s", err, location, location)
		}
		return fmt.Errorf("finding %s: %w", location, err)
	}
	if substituted != "" {
		location = substituted
	}
	if len(locs) > 1 {
		return fmt.Errorf("finding %s: %w", location, locspec.AmbiguousLocationError{Location: location, CandidatesLocation: locs})
	}
	bp := &api.Breakpoint{Name: untilName, Addr: locs[0].PC, Addrs: locs[0].PCs, AddrPid: locs[0].PCPids}
	if _, err := client.CreateBreakpoint(bp); err != nil {
		return fmt.Errorf("stopping at %s: %w", location, err)
	}
	return nil
}

// absolute completes the file of file:line where that is a path from here,
// such as ./main.go:12. Delve matches a path by its end.
func absolute(location string) string {
	colon := strings.LastIndexByte(location, ':')
	if colon < 0 {
		return location
	}
	file := location[:colon]
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return location
	}
	if abs, err := filepath.Abs(file); err == nil {
		return abs + location[colon:]
	}
	return location
}

// atUntil returns the goroutine that is at Until's breakpoint, the current one
// where there are several.
func atUntil(state *api.DebuggerState) (goid int64, ok bool) {
	for _, th := range append([]*api.Thread{state.CurrentThread}, state.Threads...) {
		if th != nil && th.Breakpoint != nil && th.Breakpoint.Name == untilName {
			return th.GoroutineID, true
		}
	}
	return 0, false
}

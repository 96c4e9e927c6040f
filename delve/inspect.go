package delve

import (
	"errors"
	"fmt"

	"github.com/go-delve/delve/service/debugger"
)

// Inspect attaches Delve to a process, or opens a core file with its binary
// (p.Core, p.Args), for looking only. The process stands still until release,
// which lets it go on.
func Inspect(p Program) (s *DebuggerSession, release func() error, err error) {
	what := fmt.Sprintf("process %d", p.Attach.PID)
	if p.Core != "" {
		what = "the core file " + p.Core
	}
	d, err := debugger.New(&debugger.Config{
		AttachPid:            p.Attach.PID,
		CoreFile:             p.Core,
		Backend:              "default",
		DebugInfoDirectories: loadConfig().DebugInfoDirectories,
	}, p.Args)
	if err != nil {
		return nil, nil, fmt.Errorf("looking into %s: %w", what, err)
	}
	if p.Core != "" {
		if err := checkCore(d, p.Args[0], p.Core); err != nil {
			return nil, nil, errors.Join(err, d.Detach(false))
		}
	}
	release = func() error {
		if err := d.Detach(false); err != nil {
			return fmt.Errorf("letting %s go: %w", what, err)
		}
		return nil
	}
	return NewDebuggerSession(d), release, nil
}

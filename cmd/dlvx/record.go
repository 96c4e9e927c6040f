package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/dlvx/dlvx/spawnlabel"
)

// A recording is how a program is built and run so that it records its spawns.
type recording struct {
	flags  []string // to be appended to the build flags
	env    bool     // GODEBUG must turn the runtime's own recording on
	reason string   // why it is not recorded by labels; ""
}

// prepareLabels asks how the Go that would build in dir (""; the current
// folder) is made to record spawn labels. Where it cannot be, the runtime's own
// recording is to do.
func prepareLabels(ctx context.Context, dir string, env, buildFlags []string) (recording, error) {
	exe, err := os.Executable()
	if err != nil {
		return recording{}, fmt.Errorf("finding dlvx's own executable: %w", err)
	}
	// The flag by which go build goes elsewhere first.
	if len(buildFlags) >= 2 && buildFlags[0] == "-C" {
		dir = buildFlags[1]
	} else if len(buildFlags) >= 1 && strings.HasPrefix(buildFlags[0], "-C=") {
		dir = strings.TrimPrefix(buildFlags[0], "-C=")
	}
	plan, err := spawnlabel.Prepare(ctx, spawnlabel.Request{
		Go: "go", Dir: dir, Env: env, BuildFlags: buildFlags, Exe: exe,
	})
	if err != nil {
		return recording{}, fmt.Errorf("preparing to record spawns: %w", err)
	}
	return recording{flags: plan.Flags, env: plan.Reason != "", reason: plan.Reason}, nil
}

// note is the line that tells the user that labels are not recorded; "".
func (r recording) note() string {
	if r.reason == "" {
		return ""
	}
	return r.reason + "; using GODEBUG=" + ancestors
}

// ancestors is the setting of GODEBUG with which the runtime keeps the stacks
// of that many generations of spawners.
const ancestors = "tracebackancestors=10"

// withAncestors adds the setting to a value of GODEBUG that does not say
// anything about it itself.
func withAncestors(godebug string) string {
	if godebug == "" {
		return ancestors
	}
	for setting := range strings.SplitSeq(godebug, ",") {
		if strings.HasPrefix(setting, "tracebackancestors=") {
			return godebug
		}
	}
	return godebug + "," + ancestors
}

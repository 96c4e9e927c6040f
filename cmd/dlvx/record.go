package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/spawnlabel"
)

// A recording is how a program is built and run so that it records its spawns.
type recording struct {
	flags     []string // to be appended to the build flags
	ancestors bool     // GODEBUG must turn the runtime's own recording on
	note      string   // one line that tells the user why that is not by labels; ""
}

// prepareRecording returns the recording of a mode, as the launch attribute
// record says it, for a build by the go
// command in dir ("": the current folder), in an environment (nil: this
// process's), with the user's build flags.
func prepareRecording(ctx context.Context, mode, dir string, env, buildFlags []string) (recording, error) {
	switch mode {
	case "off":
		return recording{}, nil
	case "ancestors":
		return recording{ancestors: true}, nil
	}
	flags, err := labelFlags(ctx, dir, env, buildFlags)
	switch {
	case ctx.Err() != nil:
		return recording{}, context.Cause(ctx)
	case err == nil:
		return recording{flags: flags}, nil
	case mode == "label":
		return recording{}, fmt.Errorf("recording spawn labels: %w", err)
	}
	why := strings.Join(strings.Fields(err.Error()), " ") // what the go command says may be several lines
	return recording{ancestors: true, note: why + "; using GODEBUG=" + ancestors}, nil
}

// labelFlags returns the flags by which the Go that would build in dir makes a
// program that records labels, or an error that says why it cannot.
func labelFlags(ctx context.Context, dir string, env, buildFlags []string) ([]string, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding dlvx's own executable: %w", err)
	}
	if c, _ := delve.ChdirFlag(buildFlags); filepath.IsAbs(c) {
		dir = c
	} else if c != "" {
		dir = filepath.Join(dir, c)
	}
	plan, err := spawnlabel.Prepare(ctx, spawnlabel.Request{
		Go: "go", Dir: dir, Env: env, BuildFlags: buildFlags, Exe: exe,
	})
	if err == nil && plan.Reason != "" {
		err = errors.New(plan.Reason)
	}
	return plan.Flags, err
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

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/debugmode"
	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/spf13/cobra"
)

// recordModes are the ways to record spawns: values of the flag --record, where
// recordHelp says what they mean, and of the launch attribute record.
var recordModes = []string{"auto", "label", "ancestors", "off"}

// recordHelp is for the help of the commands that have the flag.
const recordHelp = `

The program records its spawns: the stack, goroutines -t and chain commands show
below each goroutine's own frames those of the go statements that led to it.
--record says how:

	auto       by labels: the build adds a few lines to its copy of the Go
	           runtime; by ancestors where this Go does not allow that
	label      by labels; where this Go does not allow that, it is an error
	ancestors  by GODEBUG=tracebackancestors: a plain build, slower go statements
	off        not at all: a plain build, what chains show is guessed`

// addRecordFlag adds the flag --record to a command that builds a program.
func addRecordFlag(cmd *cobra.Command) {
	cmd.Flags().String("record", "auto", "How the program records its spawns: auto, label, ancestors or off.")
	if err := cmd.RegisterFlagCompletionFunc("record", cobra.FixedCompletions(recordModes, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is there
	}
}

// A recording is how a program is built and run so that it records its spawns.
type recording struct {
	flags     []string // to be appended to the build flags
	ancestors bool     // GODEBUG must turn the runtime's own recording on
	why       string   // why that is not by labels, in one line; "": nobody has to be told
}

// prepareRecording returns the recording of a mode (see recordModes), for a build by the go
// command in dir ("": the current folder), in an environment (nil: this
// process's), with the user's build flags.
func prepareRecording(ctx context.Context, mode, dir string, env, buildFlags []string) (recording, error) {
	switch {
	case !slices.Contains(recordModes, mode):
		return recording{}, fmt.Errorf("unknown --record %q: it is auto, label, ancestors or off", mode)
	case mode == "off":
		return recording{}, nil
	case mode == "ancestors":
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
	return recording{ancestors: true, why: why}, nil
}

// environment returns the GODEBUG that the program is to be run with, in place of
// the one that is set, to keep n generations where ancestors are recorded; and a
// line that tells the user why labels are not, "" where they are.
func (r recording) environment(set string, n int) (godebug, note string) {
	godebug = set
	if r.ancestors && n > 0 {
		godebug = withAncestors(set, n)
	}
	switch setting := ancestorsOf(godebug); {
	case r.why == "":
		return godebug, ""
	case setting == "":
		return godebug, r.why + "; spawns are not recorded"
	default:
		return godebug, r.why + "; using GODEBUG=" + setting
	}
}

// labelFlags returns the flags by which the Go that would build in dir makes a
// program that records labels, or an error that says why it cannot.
func labelFlags(ctx context.Context, dir string, env, buildFlags []string) ([]string, error) {
	plan, err := labelPlan(ctx, dir, env, buildFlags)
	if err == nil && plan.Reason != "" {
		err = errors.New(plan.Reason)
	}
	return plan.Flags, err
}

// labelPlan says how the Go that would build in dir makes a program that
// records labels.
func labelPlan(ctx context.Context, dir string, env, buildFlags []string) (spawnlabel.Plan, error) {
	exe, err := os.Executable()
	if err != nil {
		return spawnlabel.Plan{}, fmt.Errorf("finding dlvx's own executable: %w", err)
	}
	if c, _ := delve.ChdirFlag(buildFlags); filepath.IsAbs(c) {
		dir = c
	} else if c != "" {
		dir = filepath.Join(dir, c)
	}
	return spawnlabel.Prepare(ctx, spawnlabel.Request{
		Go: "go", Dir: dir, Env: env, BuildFlags: buildFlags, Exe: exe, Addition: debugmode.Addition(),
	})
}

// defaultAncestors is how many generations of spawners the runtime is told to
// keep the stacks of, where nobody says how many.
const defaultAncestors = 10

// ancestors is the setting of GODEBUG for it.
const ancestors = ancestorsName + "10"

// withAncestors adds the setting, for n generations, to a value of GODEBUG that
// does not say anything about it itself.
func withAncestors(godebug string, n int) string {
	ancestors := fmt.Sprintf("%s%d", ancestorsName, n)
	switch {
	case godebug == "":
		return ancestors
	case ancestorsOf(godebug) != "":
		return godebug
	}
	return godebug + "," + ancestors
}

const ancestorsName = "tracebackancestors="

// ancestorsOf returns the setting that a value of GODEBUG has; "": none.
func ancestorsOf(godebug string) string {
	for setting := range strings.SplitSeq(godebug, ",") {
		if strings.HasPrefix(setting, ancestorsName) {
			return setting
		}
	}
	return ""
}

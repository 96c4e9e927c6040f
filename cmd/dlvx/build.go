package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// buildCommand is go build with recording on. env is the environment that dlvx
// was started with: Delve's additions are for programs to be debugged.
func buildCommand(env []string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "build [go build's flags] [packages]",
		Short: "Build a program as go build does, so that it records its spawns.",
		Long: `Does what go build does, with all its flags and packages, and has the program
record its spawns: dlvx exec, attach and core then show the stacks of the go
statements that led to each goroutine.

	dlvx build -o server -trimpath ./cmd/server

The program is optimised as always; a go statement takes about a quarter longer.
Add -gcflags='all=-N -l' where variables matter more than speed. For go run, go
test and other go commands there is dlvx buildflags.`,
		DisableFlagParsing: true, // they are go build's
	}
	cmd.Run = func(cmd *cobra.Command, args []string) {
		if len(args) > 0 && slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
			exit(0, cmd.Help())
		}
		exit(goBuild(args, env))
	}
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "Usage:\n  dlvx %s\n\nFlags: see go help build.\n", cmd.Use)
		return err
	})
	return cmd
}

func goBuild(args, env []string) (status int, err error) {
	ctx := notify(interrupts...)
	flags, err := labelFlags(ctx, "", env, args)
	switch {
	case ctx.Err() != nil:
		return 1, context.Cause(ctx)
	case err != nil:
		return 1, fmt.Errorf("%w; build with go build, and run the program with GODEBUG=%s", err, ancestors)
	}
	dir, rest := delve.ChdirFlag(args)
	goArgs := []string{"build"}
	if dir != "" {
		goArgs = append(goArgs, "-C="+dir) // must be the first
	}
	rest, _ = cutFlag(rest, "toolexec") // ours has taken it in
	goArgs = append(append(goArgs, flags...), rest...)

	cmd := exec.CommandContext(ctx, "go", goArgs...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	// The go command ends its compilers when it is interrupted. On Windows, where
	// that cannot be done, it is killed a little later.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if ctx.Err() != nil {
		return 1, context.Cause(ctx)
	}
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return failed.ExitCode(), err
	}
	return 0, err
}

// cutFlag takes a flag of the go command's, with its values, out of arguments.
// Those behind -args are a test's.
func cutFlag(args []string, name string) (rest, values []string) {
	for i := 0; i < len(args); i++ {
		flag, value, joined := strings.Cut(args[i], "=")
		if strings.HasPrefix(flag, "--") {
			flag = flag[1:]
		}
		switch {
		case flag == "-args":
			return append(rest, args[i:]...), values
		case flag != "-"+name:
			rest = append(rest, args[i])
		case joined:
			values = append(values, value)
		case i+1 < len(args):
			i++
			values = append(values, args[i])
		}
	}
	return rest, values
}

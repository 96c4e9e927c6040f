package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func buildflagsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "buildflags",
		Short: "Print the flags with which go build makes a program that records its spawns.",
		Long: `Prints, in one line, the flags with which the go command builds a program that
records its spawns:

	go build $(dlvx buildflags) .
	go test -c $(dlvx buildflags) ./pkg

They serve the Go that builds in the current folder. Flags of your own that
have a say in it (-toolexec, -C) go into --build-flags. Where this Go cannot be
made to record, nothing is printed but the reason, on the standard error, and
the exit status is 1.`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Run = func(cmd *cobra.Command, _ []string) { exit(0, buildflags(cmd)) }
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		// Of the flags that all of dlv's commands take, it uses one.
		cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { f.Hidden = f.Name != "build-flags" })
		return new(cobra.Command).UsageFunc()(cmd)
	})
	return cmd
}

func buildflags(cmd *cobra.Command) error {
	own := delve.SplitBuildFlags(delve.OptionsOf(cmd).BuildFlags)
	ctx := notify(interrupts...)
	flags, err := labelFlags(ctx, "", nil, own)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("%w; run the program with GODEBUG=%s instead", err, ancestors)
	}
	for _, flag := range flags {
		// The shell splits what it substitutes at every space.
		if strings.ContainsAny(flag, " \t\n") {
			return fmt.Errorf("the flag cannot be passed on by a shell, because it holds a space; pass it yourself: %s", delve.JoinBuildFlags("", flags))
		}
	}
	_, err = fmt.Println(strings.Join(flags, " "))
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpTrace makes dlv's trace command dlvx's: the stacks of --stack are stitched.
// Without them it is as it is, but that SIGTERM and SIGHUP end it as SIGINT does:
// dlv would leave its temporary binary, and the program, behind.
func setUpTrace(cmd *cobra.Command) {
	cmd.Long += `

With --stack the program records its spawns, and the stacks go on, below each
goroutine's own frames, with those of the go statements that led to it. --record
says how: see dlvx help debug. A binary of --exec is run as dlvx exec does.`
	addRecordFlag(cmd)
	run := cmd.Run
	cmd.Run = func(cmd *cobra.Command, args []string) {
		if number(cmd, "stack") > 0 && number(cmd, "follow-calls") <= 0 && !isSet(cmd, "ebpf") {
			exit(trace(cmd, args))
		}
		if cmd.Flag("record").Changed {
			exit(1, errors.New("--record is for --stack, which does not go with --follow-calls and --ebpf"))
		}
		hangUpAsInterrupt()
		run(cmd, args)
	}
}

func hangUpAsInterrupt() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, hangUps...)
	go func() {
		for range ch {
			self, err := os.FindProcess(os.Getpid())
			if err != nil || self.Signal(os.Interrupt) != nil {
				os.Exit(1) // Windows, which has neither of the signals
			}
		}
	}()
}

// trace is dlvx trace --stack.
func trace(cmd *cobra.Command, args []string) (int, error) {
	o := delve.OptionsOf(cmd)
	for flag, set := range map[string]bool{"headless": o.Headless, "accept multiclient": o.AcceptMulticlient} {
		if set {
			fmt.Fprintf(os.Stderr, "Warning: %s mode not supported with trace\n", flag)
		}
	}
	if err := o.Check(); err != nil {
		return 1, err
	}
	endLog, err := o.SetupLog()
	if err != nil {
		return 1, err
	}
	defer endLog()
	packages, programArgs := splitArgs(cmd, args)
	if len(packages) == 0 {
		return 1, errors.New("you must supply a regexp for functions to trace")
	}
	tr := delve.Trace{
		Functions: packages[len(packages)-1], Stack: number(cmd, "stack"),
		Verbosity: number(cmd, "verbose"), Timestamp: isSet(cmd, "timestamp"),
	}
	packages = packages[:len(packages)-1]
	ctx := notify(interrupts...)
	program, remove, err := traced(ctx, &o, cmd, packages, programArgs)
	if err != nil {
		return 1, err
	}
	defer remove()
	// ^C ends the tracing from here on. One that came until now is not lost.
	if ctx.Err() != nil {
		return 1, context.Cause(ctx)
	}
	return tr.Run(untilTerminalEnds(), o, program, newLog(o))
}

// traced returns what the flags say is to be traced.
func traced(ctx context.Context, o *delve.Options, cmd *cobra.Command, packages, programArgs []string) (p delve.Program, remove func(), err error) {
	binary, pid := cmd.Flag("exec").Value.String(), number(cmd, "pid")
	switch {
	case pid != 0:
		err := checkProcess(pid, o.CheckGoVersion)
		return delve.Program{Attach: delve.Attach{PID: pid}}, func() {}, err
	case binary == "":
		return build(ctx, o, cmd, packages, programArgs, isSet(cmd, "test"), os.Stderr)
	case len(packages) > 0:
		return p, nil, errors.New("cannot specify package when using --exec")
	}
	err = prepareBinary(binary, o.CheckGoVersion, defaultAncestors)
	return delve.Program{Args: append([]string{binary}, programArgs...)}, func() {}, err
}

// number and isSet return the values of flags; zero where there is no such flag.
func number(cmd *cobra.Command, flag string) int { n, _ := cmd.Flags().GetInt(flag); return n }

func isSet(cmd *cobra.Command, flag string) bool { b, _ := cmd.Flags().GetBool(flag); return b }

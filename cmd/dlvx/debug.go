package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/internal/render"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
)

// setUpDebug makes dlv's debug command dlvx's.
func setUpDebug(cmd *cobra.Command) {
	cmd.Long += recordHelp + `

With --until LOCATION nothing is asked: the program runs until one of its
goroutines gets to LOCATION, a function or file:line, and that goroutine's
logical stack is printed. If the program ends before, the exit status is 1.
Functions are named with their package and, as in dlvx's break command, without
type arguments: main.worker, main.(*T).run, and main.Map of main.Map[int].
The program's output goes to the standard output; with -o json to the standard
error.

dlvx debug ./cmd/server --until main.worker -- -port 8080`
	addRecordFlag(cmd)
	var until, format string
	cmd.Flags().StringVar(&until, "until", "", "Run until a goroutine gets to this function or file:line, print its logical stack, and exit.")
	cmd.Flags().StringVarP(&format, "format", "o", "text", "Format of what --until prints: text or json.")
	for _, name := range []string{"until", "format"} {
		complete := cobra.NoFileCompletions
		if name == "format" {
			complete = cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)
		}
		if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
			panic(err) // the flag is there
		}
	}
	cmd.Run = func(cmd *cobra.Command, args []string) {
		if !cmd.Flag("until").Changed {
			if cmd.Flag("format").Changed {
				exit(1, fmt.Errorf("--format is for --until"))
			}
			exit(debug(cmd, args, false))
		}
		exit(0, runUntil(cmd, args, until, format))
	}
}

// setUpTest makes dlv's test command dlvx's.
func setUpTest(cmd *cobra.Command) {
	cmd.Long += recordHelp
	addRecordFlag(cmd)
	cmd.Run = func(cmd *cobra.Command, args []string) { exit(debug(cmd, args, true)) }
}

// debug builds a recording program and gives it to Delve's terminal.
func debug(cmd *cobra.Command, args []string, test bool) (int, error) {
	o, endLog, err := terminalOptions(cmd)
	if err != nil {
		return 1, err
	}
	defer endLog()
	ctx := notify(interrupts...)
	packages, programArgs := splitArgs(cmd, args)
	program, remove, err := build(ctx, &o, cmd, packages, programArgs, test, os.Stdout)
	if err != nil {
		return 1, err
	}
	defer remove()
	if test && o.WorkingDir == "" {
		o.WorkingDir = delve.PackageDir(ctx, o.BuildFlags, program.Packages)
	}
	// ^C is the terminal's from here on. One that came until now is not lost.
	if ctx.Err() != nil {
		return 1, context.Cause(ctx)
	}
	return session(o, program)
}

// session runs Delve's terminal or, with --headless, its server.
func session(o delve.Options, p delve.Program) (int, error) {
	if o.Headless {
		return 0, headless(untilServerEnds(), o, p)
	}
	return delve.Debug(untilTerminalEnds(), o, p, shower{}, newLog(o))
}

// terminalOptions returns the options of a command that runs the terminal, and
// turns on the logging that they ask for.
func terminalOptions(cmd *cobra.Command) (o delve.Options, endLog func(), err error) {
	o = delve.OptionsOf(cmd)
	if err := o.CheckTerminal(); err != nil {
		return o, nil, err
	}
	endLog, err = o.SetupLog()
	return o, endLog, err
}

// build builds the program that records its spawns. It completes o.BuildFlags, and the environment where recording
// needs it.
func build(ctx context.Context, o *delve.Options, cmd *cobra.Command, packages, programArgs []string, test bool, stdout io.Writer) (p delve.Program, remove func(), err error) {
	r, err := prepareRecording(ctx, cmd.Flag("record").Value.String(), "", nil, delve.SplitBuildFlags(o.BuildFlags))
	if err != nil {
		return delve.Program{}, nil, err
	}
	set := os.Getenv("GODEBUG")
	godebug, note := r.environment(set, defaultAncestors)
	if note != "" {
		fmt.Fprintf(os.Stderr, "dlvx: %s\n", note)
	}
	o.BuildFlags = delve.JoinBuildFlags(o.BuildFlags, r.flags)
	binary, err := delve.Build{
		Packages: packages, Test: test, Flags: o.BuildFlags, Output: o.Output,
		Stdout: stdout, Stderr: os.Stderr,
	}.Run(ctx)
	if err != nil {
		return delve.Program{}, nil, err
	}
	if godebug != set {
		// After the build, which would only be slower by it.
		if err := os.Setenv("GODEBUG", godebug); err != nil {
			delve.RemoveBinary(binary)
			return delve.Program{}, nil, err
		}
	}
	p = delve.Program{Args: append([]string{binary}, programArgs...), Packages: packages, Built: true, Test: test}
	return p, func() { delve.RemoveBinary(binary) }, nil
}

// styleFor returns the style for a file: paths from the current folder, and
// colours on a terminal unless the environment says NO_COLOR or TERM=dumb.
func styleFor(f *os.File) render.Style {
	dir, err := os.Getwd()
	if err != nil {
		dir = "" // whole paths do
	}
	color := isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return render.Style{Dir: dir, Color: color}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/debugmode"
	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// runCommand is go run in debug mode. env is the environment that dlvx was
// started with.
func runCommand(env []string) *cobra.Command {
	var w watch
	cmd := &cobra.Command{
		Use:   "run [flags] [flags of go build] PACKAGE | FILES.go [arguments of the program]",
		Short: "Build and run a program as go run does, and warn of what goes wrong with its goroutines.",
		Long: `Builds and runs a program as go run does, and says on the standard error, while
it runs:

	which goroutines run too long without blocking or yielding (--slow), and
	which stay too long in a system or cgo call (--blocked);
	which still exist when the program exits (--pending), and which of them can
	never be woken (--leaks: Go 1.26 and later);
	which contexts are never cancelled (--contexts);
	when it gets a SIGUSR1 (--dump-signal): what every goroutine is doing.

Each with the stacks of the go statements that led to it. The program needs
nothing for it, and notices nothing: its standard files, signals and exit status
are its own.

	dlvx run ./cmd/server -port 8080
	dlvx run --slow 20ms -o json --report warnings.json main.go
	dlvx run -race -tags dev .

A goroutine that is meant to be left over has the comment //dlvx:background on
the line of its go statement, or above it; or name it: --background main.poll.

Flags with two dashes, and -o, are dlvx's own; those with one are go build's.`,
		DisableFlagParsing: true, // those of go build are not known here
	}
	w.addFlags(cmd.Flags())
	showOnly(cmd, "build-flags")
	cmd.Run = func(cmd *cobra.Command, args []string) {
		inherited := cmd.InheritedFlags().Lookup("build-flags")
		own, build, rest := splitRunArgs(cmd.LocalFlags(), args)
		if slices.ContainsFunc(own, func(arg string) bool { return arg == "-h" || arg == "--help" }) {
			cmd.Help()
			exit(0, nil)
		}
		flags := pflag.NewFlagSet("run", pflag.ContinueOnError)
		flags.AddFlagSet(cmd.LocalFlags())
		flags.AddFlag(inherited)
		if err := flags.Parse(own); err != nil {
			exit(1, fmt.Errorf("%w; dlvx run -h shows what there is", err))
		}
		exit(run(slices.Concat(delve.SplitBuildFlags(inherited.Value.String()), build), rest, env, w))
	}
	return cmd
}

// valued are the flags of go build that take a value ("go help build").
var valued = []string{
	"C", "p", "covermode", "coverpkg", "asmflags", "buildmode", "compiler", "gccgoflags", "gcflags", "installsuffix",
	"ldflags", "mod", "modfile", "overlay", "pgo", "pkgdir", "tags", "toolexec",
}

// splitRunArgs splits arguments into flags of dlvx's own, which are written
// with two dashes (but for -o and -h), flags of go build, and what begins with
// the first that is none.
func splitRunArgs(flags *pflag.FlagSet, args []string) (own, build, rest []string) {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && args[0] != "--" {
		name, _, joined := strings.Cut(args[0], "=")
		to, value := &build, !joined && slices.Contains(valued, name[1:])
		if strings.HasPrefix(name, "--") || name == "-o" || name == "-h" {
			f := flags.Lookup(strings.TrimPrefix(name, "--"))
			to, value = &own, !joined && name != "-h" && (f == nil || f.NoOptDefVal == "")
		}
		n := 1
		if value && len(args) > 1 {
			n = 2
		}
		*to = append(*to, args[:n]...)
		args = args[n:]
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	return own, build, args
}

// run is dlvx run, with the user's own build flags. It returns the program's exit status.
func run(own, args, env []string, w watch) (status int, err error) {
	if err := w.check(); err != nil {
		return 1, err
	}
	packages, programArgs := splitProgram(args)
	if len(packages) == 0 {
		return 1, errors.New("no package and no Go files to run: dlvx run ./cmd/server")
	}
	ctx := notify(interrupts...)
	flags, err := w.prepare(ctx, env, own)
	if err != nil {
		return 1, err
	}
	dir, err := os.MkdirTemp("", "dlvx-run-")
	if err != nil {
		return 1, fmt.Errorf("making a folder for the program: %w", err)
	}
	defer os.RemoveAll(dir)
	binary, err := buildIn(ctx, dir, env, slices.Concat(own, flags), packages)
	if err != nil {
		return 1, err
	}
	if ctx.Err() != nil {
		return 1, context.Cause(ctx)
	}
	switch built, err := os.Stat(binary); {
	case errors.Is(err, fs.ErrNotExist): // -n: go build has only said what it would do
		return 0, nil
	case err == nil && isWindows == 0 && built.Mode()&0o111 == 0: // an archive
		return 1, fmt.Errorf("%s is not a main package: there is nothing to run", strings.Join(packages, " "))
	}
	report, closeReport, err := w.open()
	if err != nil {
		return 1, err
	}
	program := exec.Command(binary, programArgs...)
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr
	program.Env = env
	status, err = w.watched(ctx, program, report)
	if closeErr := closeReport(); err == nil {
		err = closeErr
	}
	if err == nil && status == 0 {
		err = w.fails(report)
	}
	return status, err
}

// watched runs a program to its end, and passes on the signals that dlvx gets.
func (w watch) watched(ctx context.Context, program *exec.Cmd, report *debugmode.Report) (status int, err error) {
	wait := program.Wait
	if w.off {
		err = program.Start()
	} else {
		wait, err = w.settings.Start(program, func(records io.Reader) { addRecords(report, records, "") })
	}
	if err != nil {
		return 1, fmt.Errorf("starting the program: %w", err)
	}
	return ended(ctx, program, wait)
}

// addRecords reports the records of one process. dir is the folder of the
// package whose tests it runs, "" for none.
func addRecords(report *debugmode.Report, records io.Reader, dir string) {
	if err := report.Add(records, dir); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		fmt.Fprintf(os.Stderr, "dlvx: %v; some warnings are missing\n", err)
	}
}

// ended waits for a program, to which it passes on signals, and returns its
// exit status. A signal that has ended the context came too early for that.
func ended(ctx context.Context, program *exec.Cmd, wait func() error) (status int, err error) {
	endSignals := passSignals(program.Process)
	defer endSignals()
	if early, ok := context.Cause(ctx).(signalError); ok {
		program.Process.Signal(early.Signal) // one that has ended needs none
	}
	err = wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 1, fmt.Errorf("waiting for the program: %w", err)
	}
	return statusOf(program.ProcessState), nil
}

// splitProgram splits arguments as go run does: Go files, or else a package,
// and what is the program's.
func splitProgram(args []string) (packages, program []string) {
	n := 0
	for n < len(args) && strings.HasSuffix(args[n], ".go") {
		n++
	}
	if n == 0 && len(args) > 0 {
		n = 1
	}
	packages, program = args[:n], args[n:]
	if len(program) > 0 && program[0] == "--" {
		program = program[1:]
	}
	return packages, program
}

// buildIn builds a program in a folder as go run does, and returns its path.
func buildIn(ctx context.Context, dir string, env, flags, packages []string) (binary string, err error) {
	if path, _, ok := strings.Cut(packages[0], "@"); ok && len(packages) == 1 && !isLocal(path) {
		// Of a module at a version: go build does not take that.
		if err := makeProgram(ctx, append(slices.Clip(env), "GOBIN="+dir), "install", flags, packages); err != nil {
			return "", err
		}
		files, err := os.ReadDir(dir)
		if err != nil {
			return "", fmt.Errorf("looking for the program: %w", err)
		}
		if len(files) != 1 {
			return "", fmt.Errorf("%s names %d programs: name one", packages[0], len(files))
		}
		return filepath.Join(dir, files[0].Name()), nil
	}
	binary = filepath.Join(dir, programName(packages))
	return binary, makeProgram(ctx, env, "build", append([]string{"-o", binary}, flags...), packages)
}

// isLocal tells whether a path is one of files rather than of packages.
func isLocal(path string) bool {
	return strings.HasPrefix(path, ".") || filepath.IsAbs(path) || strings.HasSuffix(path, ".go")
}

// programName returns the name that go run gives a program.
func programName(packages []string) string {
	path := packages[0]
	if abs, err := filepath.Abs(path); err == nil && isLocal(path) {
		path = abs
	}
	return strings.TrimSuffix(filepath.Base(filepath.ToSlash(path)), ".go") + ".exe"[:4*isWindows]
}

// makeProgram runs go build, or go install.
func makeProgram(ctx context.Context, env []string, verb string, flags, packages []string) error {
	dir, flags := delve.ChdirFlag(flags)
	args := []string{verb}
	if dir != "" {
		args = append(args, "-C="+dir)
	}
	cmd := exec.CommandContext(ctx, "go", slices.Concat(args, flags, packages)...)
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr // stdout is the program's
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("building %s: %w", strings.Join(packages, " "), err)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/dlvx/dlvx/debugmode"
	"github.com/spf13/pflag"
)

// A watch is the flags of the commands that run programs in debug mode.
type watch struct {
	settings   debugmode.Settings
	dumpSignal string
	format     string
	report     string   // path; "": the standard error
	failOn     []string // kinds
	background []string

	off    bool   // this Go cannot have the mode
	goroot string // of the Go that builds
}

func (w *watch) addFlags(f *pflag.FlagSet) {
	f.DurationVar(&w.settings.Slow, "slow", 100*time.Millisecond, "How long a goroutine may run without blocking or yielding; 0: as long as it likes.")
	f.DurationVar(&w.settings.Blocked, "blocked", time.Second, "How long a system or cgo call may take; 0: as long as it likes.")
	f.BoolVar(&w.settings.Pending, "pending", true, "Warn of goroutines that still exist at exit.")
	f.BoolVar(&w.settings.Leaks, "leaks", true, "Warn of goroutines that can never be woken.")
	f.BoolVar(&w.settings.Contexts, "contexts", true, "Warn of contexts that are never cancelled.")
	f.StringVar(&w.dumpSignal, "dump-signal", "SIGUSR1", `The signal that asks for a dump of all goroutines; "": none.`)
	f.StringVarP(&w.format, "format", "o", "text", "Format of the warnings: "+strings.Join(debugmode.Formats, ", ")+".")
	f.StringVar(&w.report, "report", "", "File for the warnings, instead of the standard error.")
	f.StringSliceVar(&w.failOn, "fail-on", nil, "Exit status 1 if there was any of these: "+strings.Join(kindNames(), ", ")+".")
	f.StringSliceVar(&w.background, "background", nil, "Functions, types or packages whose goroutines may be left over.")
}

func kindNames() []string {
	var names []string
	for _, k := range debugmode.Kinds {
		names = append(names, string(k))
	}
	return names
}

// check returns an error for flags that make no sense, and completes the settings.
func (w *watch) check() error {
	if !slices.Contains(debugmode.Formats, w.format) {
		return fmt.Errorf("unknown --format %q: it is one of %s", w.format, strings.Join(debugmode.Formats, ", "))
	}
	for _, k := range w.failOn {
		if !slices.Contains(kindNames(), k) {
			return fmt.Errorf("unknown --fail-on %q: it is any of %s", k, strings.Join(kindNames(), ", "))
		}
	}
	if w.settings.Slow < 0 || w.settings.Blocked < 0 {
		return errors.New("--slow and --blocked are times from 0 on")
	}
	if w.dumpSignal != "" {
		n := signalNumber(w.dumpSignal)
		if n == 0 {
			return fmt.Errorf("unknown --dump-signal %q", w.dumpSignal)
		}
		w.settings.Signal = n
	}
	return nil
}

// prepare returns the flags by which the Go in the current folder builds
// programs with the mode in them, and says so where it cannot.
func (w *watch) prepare(ctx context.Context, env, buildFlags []string) ([]string, error) {
	plan, err := labelPlan(ctx, "", env, buildFlags)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	if plan.Missing != "" {
		w.off = true
		fmt.Fprintf(os.Stderr, "dlvx: there will be no warnings: %s\n", plan.Missing)
	}
	w.goroot = gorootOf(ctx, "", env)
	return plan.Flags, nil
}

// gorootOf returns the GOROOT of the Go that builds in dir, in an environment;
// "" where that cannot be had.
func gorootOf(ctx context.Context, dir string, env []string) string {
	cmd := exec.CommandContext(ctx, "go", "env", "GOROOT")
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// open begins the report. close ends it, with its summary.
func (w *watch) open() (r *debugmode.Report, close func() error, err error) {
	var out io.Writer = os.Stderr
	style := styleFor(os.Stderr)
	closeFile := func() error { return nil }
	if w.report != "" {
		file, err := os.Create(w.report)
		if err != nil {
			return nil, nil, fmt.Errorf("making the report: %w", err)
		}
		out, closeFile = file, file.Close
		style.Color = false
	}
	r, err = debugmode.NewReport(out, debugmode.Options{Format: w.format, Background: w.background, Goroot: w.goroot, Style: style})
	if err != nil {
		return nil, nil, errors.Join(err, closeFile())
	}
	return r, func() error {
		err := errors.Join(r.Close(), closeFile())
		if err != nil && w.report == "" {
			return nil // nobody reads the standard error; the program's status counts
		}
		if err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
		return nil
	}, nil
}

// fails returns an error if a report has what --fail-on names.
func (w *watch) fails(r *debugmode.Report) error {
	for _, k := range w.failOn {
		if r.Found(debugmode.Kind(k)) > 0 {
			return fmt.Errorf("exit status 1, as --fail-on %s asks", k)
		}
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/goruntime"
	proc "github.com/dlvx/dlvx/process"
	"github.com/dlvx/dlvx/stitch"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// outsideHelp ends the help of the verbs that look from outside.
const outsideHelp = `

Which goroutines: --filter takes words, all of which have to match, such as
func:serve, state:"chan receive", label:user=7, site:main.go:12, wait:10s, or
any text; -WORD is the contrary. Spawn chains are whole where the program was
built to record them ($(dlvx buildflags)); else the spawner alone is known, and
what it does now.`

// outside is a verb that looks into a program from outside, with its flags.
type outside struct {
	selection
	nonstop bool
	format  string
	formats []string
	watch   interval
	also    func(*view, context.Context, *goruntime.Reader) error // see looker

	// Of the last look, with --watch:
	before map[stitch.Key]int // how many goroutines were in each group
	seen   map[int64]bool     // which there were
}

// addFlags adds the flags of verbs that show many goroutines.
func (o *outside) addFlags(cmd *cobra.Command, formats []string) {
	o.selection.addFlags(cmd.Flags())
	cmd.Flags().Var(&o.watch, "watch", "look again and again, every so many seconds, and print what is not as it was")
	o.addOwnFlags(cmd, formats)
}

// addFormat adds the flag for how to print.
func (o *outside) addFormat(cmd *cobra.Command, formats []string) {
	o.formats = formats
	cmd.Flags().StringVarP(&o.format, "format", "o", "text", "how to print: "+strings.Join(formats, ", "))
	completeWords(cmd, "format", formats)
	showOnly(cmd, "log")
}

// showOnly makes the help of a command show only some of the flags that all of
// dlv's commands take.
func showOnly(cmd *cobra.Command, names ...string) {
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { f.Hidden = !slices.Contains(names, f.Name) })
		return new(cobra.Command).UsageFunc()(cmd)
	})
}

func (o *outside) checkFormat() error {
	if !slices.Contains(o.formats, o.format) {
		return fmt.Errorf("unknown --format %q: it is one of %s", o.format, strings.Join(o.formats, ", "))
	}
	return nil
}

// addOwnFlags adds the flags of all these verbs.
func (o *outside) addOwnFlags(cmd *cobra.Command, formats []string) {
	cmd.Flags().BoolVar(&o.nonstop, "nonstop", false, "do not stop the program: each goroutine is then of a moment of its own, and those that run have no stack")
	o.addFormat(cmd, formats)
}

// completeWords lets shells complete the value of a flag.
func completeWords(cmd *cobra.Command, flag string, words []string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // there is no such flag
	}
}

// run looks and shows, once or, with --watch, until it is interrupted.
func (o *outside) run(cmd *cobra.Command, args []string, show func(view, []stitch.Goroutine) error) error {
	if err := o.checkFormat(); err != nil {
		return err
	}
	if o.watch > 0 && o.format == "pprof" {
		return errors.New("--watch does not go with -o pprof, which is one profile")
	}
	if o.watch > 0 && len(args) == 2 {
		return errors.New("--watch does not go with a core file, which does not change")
	}
	if err := o.parse(); err != nil {
		return err
	}
	s, err := findSubject(args, o.nonstop)
	if err != nil {
		return err
	}
	l, err := newLooker(s, newLog(delve.OptionsOf(cmd)))
	if err != nil {
		return err
	}
	defer l.close()
	l.also = o.also
	ctx := notify(interrupts...)
	for looks := 0; ; looks++ {
		v, err := l.look(ctx)
		switch {
		case looks > 0 && errors.Is(err, proc.ErrEnded):
			fmt.Fprintf(os.Stderr, "dlvx: process %d has ended\n", s.pid)
			return nil
		case err != nil:
			return err
		}
		v.sayNote()
		chosen := o.of(v)
		if len(chosen) == 0 && o.watch == 0 {
			fmt.Fprintf(os.Stderr, "dlvx: none of the %d goroutines matches%s\n", len(v.goroutines), o.whyNone(v))
		}
		if err := show(v, chosen); err != nil || o.watch == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Duration(o.watch)):
		}
		if o.format == "text" {
			fmt.Printf("\n%s\n", time.Now().Format(time.TimeOnly))
		}
	}
}

// whyNone says what people who ask for long waits may not know, where it matters.
func (o *outside) whyNone(v view) string {
	timed := slices.ContainsFunc(v.goroutines, func(g stitch.Goroutine) bool { return g.State.For > 0 })
	if timed || !strings.Contains(o.words, "wait:") {
		return ""
	}
	return ": how long they have been waiting is not known before the program's next garbage collection"
}

// An interval is the value of --watch, or --delay: "5" seconds, or "500ms".
type interval time.Duration

func (w *interval) String() string { return time.Duration(*w).String() }

func (w *interval) Type() string { return "seconds" }

func (w *interval) Set(s string) error {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		s = fmt.Sprintf("%fs", n)
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Millisecond {
		return errors.New("seconds are expected, such as 5, or a time, such as 500ms")
	}
	*w = interval(d)
	return nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/internal/screen"
	"github.com/dlvx/dlvx/internal/top"
	proc "github.com/dlvx/dlvx/process"
	"github.com/dlvx/dlvx/stitch"
	"github.com/spf13/cobra"
)

// live is dlvx top with its flags.
type live struct {
	outside
	every  interval
	looks  int // how many; 0: until it is ended
	batch  bool
	order  string
	width  int
	failed int // looks, one after the other
}

func topCommand() *cobra.Command {
	t := live{every: interval(time.Second), order: top.Orders()[0]}
	orders := strings.Join(top.Orders(), ", ")
	cmd := &cobra.Command{
		Use:   "top PID | NAME",
		Short: "Show the groups of goroutines of a running program, and how they change.",
		Long: `Shows the goroutines of a running Go program in groups of equal logical stacks,
again and again: how many there are, how many more than at the beginning, what
they do, and what share of the processors they take. Groups that only grow are
marked: leak?. In a terminal the key ? tells of the other keys; with -b the
groups are printed.

	dlvx top 4711
	dlvx top server --user --sort growth
	dlvx top server -b -n 10 -d 60 >groups.txt

The program is not stopped.` + outsideHelp,
		Args: cobra.ExactArgs(1),
	}
	t.selection.addFlags(cmd.Flags())
	flags := cmd.Flags()
	flags.VarP(&t.every, "delay", "d", "the time between two looks, in seconds")
	flags.IntVarP(&t.looks, "iterations", "n", 0, "look so many times, then end; 0: do not end")
	flags.BoolVarP(&t.batch, "batch", "b", false, "print all groups after each look, for files and other programs")
	flags.StringVar(&t.order, "sort", t.order, "the order: "+orders)
	flags.IntVar(&t.width, "width", 0, "with --batch: make lines fit into so many columns; 0: they are whole")
	completeWords(cmd, "sort", top.Orders())
	t.addFormat(cmd, []string{"text", "json"})
	cmd.Run = func(cmd *cobra.Command, args []string) {
		if !slices.Contains(top.Orders(), t.order) {
			exit(1, fmt.Errorf("unknown --sort %q: it is one of %s", t.order, orders))
		}
		exit(0, t.run(cmd, args))
	}
	return cmd
}

func (t *live) run(cmd *cobra.Command, args []string) error {
	if err := t.check(); err != nil {
		return err
	}
	s, err := findSubject(args, true)
	if err != nil {
		return err
	}
	log := &holdback{to: os.Stderr}
	l, err := newLooker(s, newLogTo(log, delve.OptionsOf(cmd)))
	if err != nil {
		return err
	}
	defer l.close()
	ctx := notify(interrupts...)
	v, err := l.look(ctx)
	if err != nil {
		return err
	}
	m, err := top.New(top.Options{
		Title: strings.TrimSpace(l.name() + " " + v.Go), Every: time.Duration(t.every), Style: styleFor(os.Stdout),
		Parse: t.filterOf, Filter: t.words, Order: t.order,
	})
	if err != nil {
		return err
	}
	if t.batch {
		err = t.print(ctx, l, m, v)
	} else {
		err = t.show(ctx, l, m, v, log)
	}
	if errors.Is(err, proc.ErrEnded) {
		fmt.Fprintf(os.Stderr, "dlvx: process %d has ended\n", s.pid)
		return nil
	}
	return err
}

// check checks the flags.
func (t *live) check() error {
	if err := t.checkFormat(); err != nil {
		return err
	}
	t.batch = t.batch || t.format == "json"
	switch {
	case t.looks < 0:
		return fmt.Errorf("--iterations %d: a number from 0 on is expected", t.looks)
	case t.width < 0:
		return fmt.Errorf("--width %d: a number from 0 on is expected", t.width)
	case !t.batch && !screen.IsTerminal(os.Stdin, os.Stdout):
		return errors.New("standard input and output are no terminal: --batch prints the groups")
	}
	return t.parse()
}

// print prints each look.
func (t *live) print(ctx context.Context, l *looker, m *top.Model, v view) error {
	for n := 1; ; n++ {
		m.Look(lookOf(v))
		if err := t.printLook(m, v, n); err != nil || n == t.looks {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Duration(t.every)):
		}
		for {
			var err error
			if v, err = l.look(ctx); err == nil {
				t.failed = 0
				break
			}
			if t.giveUp(ctx, err) {
				return err
			}
			fmt.Fprintf(os.Stderr, "dlvx: %v\n", err)
		}
	}
}

func (t *live) printLook(m *top.Model, v view, n int) error {
	if t.format == "json" {
		return json.NewEncoder(os.Stdout).Encode(struct {
			view
			top.Report
		}{v, m.Report()})
	}
	text := strings.Join(m.Frame(t.width), "\n") + "\n"
	if n > 1 {
		text = "\n" + text
	}
	_, err := io.WriteString(os.Stdout, text)
	return err
}

// giveUp tells whether a look that failed is to be the last. A program that runs
// may be caught at a bad moment, but not again and again.
func (t *live) giveUp(ctx context.Context, err error) bool {
	const most = 3
	t.failed++
	return t.failed >= most || ctx.Err() != nil || errors.Is(err, proc.ErrEnded)
}

func lookOf(v view) top.Look {
	return top.Look{Time: v.Time, Goroutines: v.goroutines, Note: v.Note}
}

// A glance is the result of a look.
type glance struct {
	v     view
	err   error
	panic string // with the stack
}

// show shows looks on the terminal.
func (t *live) show(ctx context.Context, l *looker, m *top.Model, v view, log *holdback) error {
	ctx, cancel := context.WithCancel(ctx)
	glances := make(chan glance, 1)
	looking := false
	defer func() { // once the terminal is as it was
		cancel()
		if looking {
			<-glances // Delve may have the process
		}
		log.letGo()
	}()
	s, err := screen.Open(os.Stdin, os.Stdout)
	if err != nil {
		return err
	}
	defer s.Close()
	log.hold()

	m.Look(lookOf(v))
	looks := 1
	timer := time.NewTimer(time.Duration(t.every))
	defer timer.Stop()
	for looks != t.looks || looking {
		if err := s.Draw(m.View(s.Size())); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case k, ok := <-s.Keys():
			if !ok || !m.Press(k) {
				return nil
			}
		case <-s.Resized():
		case <-timer.C:
			if m.Frozen() {
				timer.Reset(time.Duration(t.every))
				continue
			}
			looking = true
			go l.glance(ctx, glances)
		case g := <-glances:
			looking = false
			timer.Reset(time.Duration(t.every))
			switch {
			case g.panic != "":
				s.Close()
				panic(g.panic)
			case g.err == nil:
				looks, t.failed = looks+1, 0
				m.Look(lookOf(g.v))
			case t.giveUp(ctx, g.err):
				return g.err
			default:
				m.Say(g.err.Error())
			}
		}
	}
	// The last look stays on the terminal.
	width, _ := s.Size()
	s.Close()
	_, err = io.WriteString(os.Stdout, strings.Join(m.Frame(width), "\n")+"\n")
	return err
}

// glance sends the result of a look. It is on a goroutine of its own, whose panic
// has to wait until the terminal is restored.
func (l *looker) glance(ctx context.Context, to chan<- glance) {
	defer func() {
		if p := recover(); p != nil {
			stack := make([]byte, 1<<16)
			to <- glance{panic: fmt.Sprintf("%v\n\n%s", p, stack[:runtime.Stack(stack, false)])}
		}
	}()
	v, err := l.look(ctx)
	to <- glance{v: v, err: err}
}

// filterOf reads a filter that is typed into dlvx top.
func (t *live) filterOf(words string) (stitch.Filter, error) {
	s := selection{filter: words, user: t.user}
	err := s.parse()
	return s.chosen, err
}

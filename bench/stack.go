package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/go-dap"
)

// latencyBar is how many times as long as Delve's own answer that of dlvx may
// take, for a chain of five.
const latencyBar = 1.5

// chainLinks is how many spawners program chain has above its worker: five,
// and main.
const chainLinks = 6

// latencies are those of one session, in us: of its first stop, where more is
// to be found out than later on, and the medians of the other ones.
type latencies struct{ start, threads, one, two, again float64 }

// stackLatency measures how long a client waits for the stack of the
// goroutine that stopped.
func stackLatency(ctx context.Context, l *lab) ([]section, error) {
	s := section{
		Title: "Answers to an editor, chain of five; exited, alive: what the spawners are",
		Unit:  "us", Compare: asRatio, Variants: []string{"dlv dap", "dlvx dap"},
	}
	for _, spawners := range []string{"exited", "alive"} {
		for _, goroutines := range []int{12, l.size.crowd} {
			name := fmt.Sprintf("stack/%s/goroutines=%d", spawners, goroutines)
			if !l.wants(name) {
				continue
			}
			args := []string{"-goroutines=" + strconv.Itoa(goroutines), "-alive=" + strconv.FormatBool(spawners == "alive")}
			plain, err := l.program(ctx, "chain", unoptimised)
			if err != nil {
				return nil, err
			}
			recording, err := l.program(ctx, "chain", append([]string{unoptimised}, l.flags...)...)
			if err != nil {
				return nil, err
			}
			samples, err := alternate(l.rounds,
				func() (latencies, error) { return l.askStacks(ctx, l.dlv(), plain, args, 0) },
				func() (latencies, error) { return l.askStacks(ctx, l.dlvx(), recording, args, chainLinks) })
			if err != nil {
				return nil, err
			}
			s.add(name+"/first-page", latencyBar, values(samples, func(t latencies) float64 { return t.one }))
			s.add(name+"/first-frame-then-rest", latencyBar, values(samples, func(t latencies) float64 { return t.two }))
			s.add(name+"/again", latencyBar, values(samples, func(t latencies) float64 { return t.again }))
			s.add(name+"/session-start", noBar, values(samples, func(t latencies) float64 { return t.start }))
			s.add(name+"/threads", noBar, values(samples, func(t latencies) float64 { return t.threads }))
		}
	}
	return measured(s), nil
}

// askStacks has a program stopped again and again and asks each time what
// editors ask: the threads, and 20 frames of the one that stopped, either at
// once or, as VS Code does, the top one first. The answers must hold so many
// separators: an answer without the chain would be quick.
func (l *lab) askStacks(ctx context.Context, tool, program string, args []string, links int) (t latencies, err error) {
	file := filepath.Join(l.source, "testdata", "chain", "main.go")
	line, err := lineOf(file, "//@stop")
	if err != nil {
		return latencies{}, err
	}
	s, err := l.startDAP(ctx, tool, program, args, file, line)
	if err != nil {
		return latencies{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	thread, err := s.waitStopped()

	var start, threads, one, two, again []float64
	timed := func(to *[]float64, ask func() error) {
		if err != nil {
			return // of an earlier one
		}
		begin := time.Now()
		if err = ask(); err == nil {
			*to = append(*to, float64(time.Since(begin).Nanoseconds())/1000)
		}
	}
	timed(&start, func() error {
		_, err := s.stackTrace(thread, 0, 20)
		return err
	})
	if err != nil {
		return latencies{}, err
	}
	for stop := range l.size.stops {
		// Both kinds of resume meet both kinds of asking.
		how := []string{"continue", "next"}[stop/2%2]
		if thread, err = s.resume(how, thread); err != nil {
			return latencies{}, fmt.Errorf("stop %d: %w", stop, err)
		}
		var frames, rest []dap.StackFrame
		page := func() (err error) {
			frames, err = s.stackTrace(thread, 0, 20)
			return err
		}
		timed(&threads, s.threads)
		if stop%2 == 0 {
			timed(&one, page)
		} else {
			timed(&two, func() (err error) {
				if frames, err = s.stackTrace(thread, 0, 1); err == nil {
					rest, err = s.stackTrace(thread, 1, 19)
				}
				return err
			})
			frames = append(frames, rest...)
		}
		if n := separators(frames); err == nil && n != links {
			err = fmt.Errorf("the stack has %d separators, expected %d", n, links)
		}
		timed(&again, page)
		if err != nil {
			return latencies{}, fmt.Errorf("stop %d: %w", stop, err)
		}
	}
	return latencies{start[0], spreadOf(threads).Median, spreadOf(one).Median, spreadOf(two).Median, spreadOf(again).Median}, nil
}

func separators(frames []dap.StackFrame) (n int) {
	for _, f := range frames {
		if f.PresentationHint == "label" {
			n++
		}
	}
	return n
}

// lineOf returns the number of the line that holds a marker.
func lineOf(file, marker string) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	before, _, found := bytes.Cut(text, []byte(marker))
	if !found {
		return 0, fmt.Errorf("%s has no %s", file, marker)
	}
	return bytes.Count(before, []byte("\n")) + 1, nil
}

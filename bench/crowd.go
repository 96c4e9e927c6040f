package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-dap"
)

// The bars of a program with as many goroutines as manyGoroutines or more: times as
// long as Delve takes, or milliseconds more, or times its memory.
const (
	screenBar = 1.0
	lateBar   = 1.0 / 50
	deadBar   = 1.0 / 50 // 20 ms, where Delve takes a second and more
	stepBar   = 5        // ms more
	rssBar    = 1.3
)

// pauses is how often a program is paused before the memory is looked at.
const pauses = 10

// A crowd is what a client that debugs many goroutines waits for, in ms: medians,
// but for what happens once in a session.
type crowd struct {
	firstStep, step         float64
	screen, late, lateAgain float64
	dead                    float64
	memory                  float64 // bytes, of the debugger, after ten pauses
}

// crowdLatency measures an editor with a program of many goroutines.
func crowdLatency(ctx context.Context, l *lab) ([]section, error) {
	variants := []string{"dlv dap", "dlvx dap"}
	ratio := section{Title: "Many goroutines in an editor", Unit: "ms", Compare: asRatio, Variants: variants}
	more := section{Title: "Many goroutines in an editor: a step, with the Call Stack open", Unit: "ms", Compare: asDifference, Variants: variants}
	memory := section{Title: "Many goroutines in an editor: memory of the debugger after ten pauses", Unit: "bytes", Compare: asRatio, Variants: variants}
	for _, n := range l.size.crowds {
		name := fmt.Sprintf("crowd/goroutines=%d", n)
		if !l.wants(name) {
			continue
		}
		plain, err := l.program(ctx, "crowd", unoptimised)
		if err != nil {
			return nil, err
		}
		recording, err := l.program(ctx, "crowd", append([]string{unoptimised}, l.flags...)...)
		if err != nil {
			return nil, err
		}
		samples, err := alternate(l.rounds,
			func() (crowd, error) { return l.askCrowd(ctx, l.dlv(), plain, n, 0) },
			func() (crowd, error) { return l.askCrowd(ctx, l.dlvx(), recording, n, 1) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		bar := func(b float64) float64 {
			if n < manyGoroutines {
				return noBar
			}
			return b
		}
		ratio.add(name+"/pause-to-screen", bar(screenBar), values(samples, func(c crowd) float64 { return c.screen }))
		ratio.add(name+"/late-stack", bar(lateBar), values(samples, func(c crowd) float64 { return c.late }))
		ratio.add(name+"/late-stack-next-pause", bar(lateBar), values(samples, func(c crowd) float64 { return c.lateAgain }))
		ratio.add(name+"/dead", bar(deadBar), values(samples, func(c crowd) float64 { return c.dead }))
		more.add(name+"/first-step", noBar, values(samples, func(c crowd) float64 { return c.firstStep }))
		more.add(name+"/step", stepBar, values(samples, func(c crowd) float64 { return c.step }))
		memory.add(name+"/memory", bar(rssBar), values(samples, func(c crowd) float64 { return c.memory }))
	}
	return measured(ratio, more, memory), nil
}

// askCrowd has a program of n goroutines paused and stepped, and asks what VS
// Code asks with its Call Stack panel open: the threads, and the stack of the
// one that stopped, which must have so many separators.
func (l *lab) askCrowd(ctx context.Context, tool, program string, n, links int) (c crowd, err error) {
	file := filepath.Join(l.source, "testdata", "crowd", "main.go")
	line, err := lineOf(file, "//@stop")
	if err != nil {
		return crowd{}, err
	}
	s, err := l.startDAP(ctx, tool, program, []string{"-goroutines=" + strconv.Itoa(n)}, file, line)
	if err != nil {
		return crowd{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	thread, err := s.waitStopped()
	if err != nil {
		return crowd{}, err
	}
	worker := thread
	last, err := s.number("main.last")
	if err != nil {
		return crowd{}, err
	}
	gone, err := s.number("main.gone")
	if err != nil {
		return crowd{}, err
	}
	if _, err := s.request(&dap.SetBreakpointsRequest{
		Request:   request("setBreakpoints"),
		Arguments: dap.SetBreakpointsArguments{Source: dap.Source{Path: file}},
	}); err != nil {
		return crowd{}, err
	}

	timed := func(to *[]float64, ask func() error) {
		if err != nil {
			return // of an earlier one
		}
		begin := time.Now()
		if err = ask(); err == nil {
			*to = append(*to, float64(time.Since(begin).Microseconds())/1000)
		}
	}
	screen := func() error {
		if err := s.threads(); err != nil {
			return err
		}
		frames, err := s.stackTrace(thread, 0, 20)
		if got := separators(frames); err == nil && got != links && thread == worker {
			return fmt.Errorf("the stack has %d separators, expected %d", got, links)
		}
		return err
	}
	var screens, steps, late, dead []float64
	// Steps first: what a pause shows need not be a goroutine that runs.
	for range l.size.stops {
		timed(&steps, func() (err error) {
			if thread, err = s.resume("next", thread); err != nil {
				return err
			}
			return screen()
		})
	}
	for range pauses {
		if err := s.goOn(thread); err != nil {
			return crowd{}, err
		}
		timed(&screens, func() (err error) {
			if thread, err = s.pause(); err != nil {
				return err
			}
			return screen()
		})
	}
	if err != nil {
		return crowd{}, err
	}
	if c.memory, err = residentMemory(s.server.Process.Pid); err != nil {
		return crowd{}, err
	}
	for range 2 {
		if err == nil {
			err = s.goOn(thread)
		}
		if err == nil {
			thread, err = s.pause()
		}
		if err == nil {
			err = screen()
		}
		timed(&late, func() error {
			_, err := s.stackTrace(last, 0, 20)
			return err
		})
		timed(&dead, func() error {
			if _, err := s.stackTrace(gone, 0, 20); err == nil {
				return errors.New("a goroutine that has exited has a stack")
			}
			return nil
		})
	}
	if err != nil {
		return crowd{}, err
	}
	c.firstStep, c.step, c.screen = steps[0], spreadOf(steps[1:]).Median, spreadOf(screens).Median
	c.late, c.lateAgain, c.dead = late[0], late[1], spreadOf(dead).Max
	return c, nil
}

// residentMemory returns how many bytes of memory a process takes now.
func residentMemory(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for text := range strings.Lines(string(status)) {
		var kib float64
		if _, err := fmt.Sscanf(text, "VmRSS: %f kB", &kib); err == nil {
			return kib * 1024, nil
		}
	}
	return 0, fmt.Errorf("the status of process %d has no VmRSS", pid)
}

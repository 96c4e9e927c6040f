package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/dlvx/dlvx/debugmode"
)

// What debug mode may cost, in CPU time: switched on, and in a recording
// program in which it is off.
const (
	modeOnBar  = 1.10
	modeOffBar = 1.05
)

// modeCost measures loops that the watching code in the runtime is in the way of.
func modeCost(ctx context.Context, l *lab) ([]section, error) {
	const title = "What goroutines do, CPU time of each"
	on := section{Title: title + ": in debug mode", Unit: "ns", Compare: asRatio, Variants: []string{"plain", "on"}}
	off := section{Title: title + ": recording, debug mode off", Unit: "ns", Compare: asRatio, Variants: []string{"plain", "off"}}
	for _, loop := range []struct {
		what  string
		times int // how often, for each of size.loops
	}{{"http", 1}, {"pingpong", 50}, {"mutex", 200}, {"syscall", 100}} {
		for _, procs := range []int{1, 2} {
			name := fmt.Sprintf("mode/%s/procs=%d", loop.what, procs)
			if !l.wants(name) {
				continue
			}
			plain, err := l.program(ctx, "loops")
			if err != nil {
				return nil, err
			}
			recording, err := l.program(ctx, "loops", l.flags...)
			if err != nil {
				return nil, err
			}
			run := func(program string, watched bool) func() (float64, error) {
				return func() (float64, error) {
					return l.loop(ctx, program, watched, procs, "-what", loop.what, "-n", strconv.Itoa(loop.times*l.size.loops))
				}
			}
			samples, err := alternate(l.rounds, run(plain, false), run(recording, true), run(recording, false))
			if err != nil {
				return nil, err
			}
			on.add(name, modeOnBar, [][]float64{samples[0], samples[1]})
			off.add(name, modeOffBar, [][]float64{samples[0], samples[2]})
		}
	}
	return measured(on, off), nil
}

// loop runs the program loops, in debug mode or not, and returns what it prints.
func (l *lab) loop(ctx context.Context, program string, watched bool, procs int, args ...string) (float64, error) {
	cmd := l.command(ctx, program, args...)
	cmd.Env = append(cmd.Env[:len(cmd.Env):len(cmd.Env)], "GOMAXPROCS="+strconv.Itoa(procs))
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	var err error
	if watched {
		settings := debugmode.Settings{Slow: 100 * time.Millisecond, Blocked: time.Second, Pending: true, Leaks: true, Contexts: true}
		var wait func() error
		if wait, err = settings.Start(cmd, func(records io.Reader) { debugmode.Read(records, func(debugmode.Event) {}) }); err == nil {
			err = wait()
		}
	} else {
		err = cmd.Run()
	}
	var result struct{ CPU float64 }
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &result)
	}
	if err != nil {
		return 0, fmt.Errorf("running %s: %w\n%s", program, err, stderr.Bytes())
	}
	return result.CPU, nil
}

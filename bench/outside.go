package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// outsideBar is how much of Delve's time dlvx dump may take, for the program that
// is looked into and for who waits for the answer, where there are as many
// goroutines as manyGoroutines or more.
const (
	outsideBar     = 1.0 / 50
	manyGoroutines = 10_000
)

// A dump is one look at all goroutines of a process.
type dump struct {
	wall, stop float64 // ms: until the answer was there; for which the program stood still
	memory     float64 // bytes, of who looked
}

// outsideCost measures how long it takes to see all stacks of a program that
// runs, and for how long it stands still for that.
func outsideCost(ctx context.Context, l *lab) ([]section, error) {
	const title = "All stacks of a process that runs: "
	variants := []string{"dlv attach", "dlvx dump"}
	wall := section{Title: title + "until they are there", Unit: "ms", Compare: asRatio, Variants: variants}
	stop := section{Title: title + "how long it stands still", Unit: "ms", Compare: asRatio, Variants: variants}
	memory := section{Title: title + "memory that it takes", Unit: "bytes", Compare: asRatio, Variants: variants}
	for _, n := range l.size.processes {
		name := fmt.Sprintf("dump/goroutines=%d", n)
		if !l.wants(name) {
			continue
		}
		program, err := l.program(ctx, "parked")
		if err != nil {
			return nil, err
		}
		samples, err := l.dumps(ctx, program, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		bar := outsideBar
		if n < manyGoroutines {
			bar = noBar
		}
		wall.add(name+"/wall", bar, values(samples, func(d dump) float64 { return d.wall }))
		stop.add(name+"/stop", bar, values(samples, func(d dump) float64 { return d.stop }))
		memory.add(name+"/memory", noBar, values(samples, func(d dump) float64 { return d.memory }))
	}
	return measured(wall, stop, memory), nil
}

// dumps runs the program and looks at it, by turns.
func (l *lab) dumps(ctx context.Context, program string, n int) (samples [][]dump, err error) {
	p, err := l.startAsked(ctx, program, n)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	still := meter{p}
	if _, err := still.read(); err != nil { // it has made its goroutines
		return nil, err
	}
	script := filepath.Join(l.tmp, "stacks.dlv")
	if err := os.WriteFile(script, []byte("goroutines -t 100\nexit\n"), 0o666); err != nil {
		return nil, err
	}
	return alternate(l.rounds,
		func() (dump, error) {
			cmd := l.command(ctx, l.dlv(), "attach", p.pid(), "--allow-non-terminal-interactive", "--init", script)
			cmd.Stdin = strings.NewReader("n\n") // do not kill it
			return look(cmd, still)
		},
		func() (dump, error) { return look(l.command(ctx, l.dlvx(), "dump", p.pid()), still) })
}

// look runs a command that looks at all goroutines.
func look(cmd *exec.Cmd, still meter) (dump, error) {
	if _, err := still.read(); err != nil {
		return dump{}, err
	}
	var stderr strings.Builder
	cmd.Stdout, cmd.Stderr = io.Discard, &stderr
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return dump{}, fmt.Errorf("running %s: %w: %s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	wall := time.Since(begin)
	stop, err := still.read()
	return dump{
		wall: float64(wall.Microseconds()) / 1000, stop: float64(stop.Microseconds()) / 1000,
		memory: maxRSS(cmd.ProcessState),
	}, err
}

// A meter asks program parked for how long it stood still.
type meter struct{ parked *asked }

func (m meter) read() (time.Duration, error) {
	line, err := m.parked.ask()
	if err != nil {
		return 0, err
	}
	ns, err := strconv.ParseInt(line, 10, 64)
	return time.Duration(ns), err
}

package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A first session with dlvx debug may take so many times one with dlv debug.
const (
	coldBar = 1.3 // the standard library is compiled as well
	warmBar = 1.1
)

// firstDebug measures debug of a hello world from the command to the end of a
// session in which nothing is done.
func firstDebug(ctx context.Context, l *lab) ([]section, error) {
	tools := []string{l.dlv(), l.dlvx()}
	title := "A session of debug with a hello world, left at once: "
	names := []string{"dlv", "dlvx"}
	wall := section{Title: title + "wall time", Unit: "ms", Compare: asRatio, Variants: names}
	cpu := section{Title: title + "CPU time", Unit: "ms", Compare: asRatio, Variants: names}
	for _, cache := range []struct {
		name   string
		bar    float64
		rounds int
	}{{"cold", coldBar, l.rounds}, {"warm", warmBar, 3 * l.rounds}} { // a warm one is short, and so more easily disturbed
		name := "debug/" + cache.name
		if !l.wants(name) {
			continue
		}
		var variants []func() (elapsed, error)
		for _, tool := range tools {
			session := func() (elapsed, error) { return l.debugHello(ctx, tool, cache.name == "cold") }
			if cache.name == "warm" {
				if _, err := session(); err != nil { // warms it
					return nil, err
				}
			}
			variants = append(variants, session)
		}
		samples, err := alternate(cache.rounds, variants...)
		if err != nil {
			return nil, err
		}
		wall.add(name, cache.bar, values(samples, func(e elapsed) float64 { return e.wall }))
		cpu.add(name, noBar, values(samples, func(e elapsed) float64 { return e.cpu }))
	}
	return measured(wall, cpu), nil
}

// elapsed is what a process and those it started took, in ms.
type elapsed struct{ wall, cpu float64 }

func (l *lab) debugHello(ctx context.Context, tool string, cold bool) (elapsed, error) {
	cmd := l.command(ctx, tool, "debug", "--allow-non-terminal-interactive", "--output", filepath.Join(l.tmp, "debugged"), "./testdata/hello")
	cmd.Stdin = strings.NewReader("quit\n")
	if cold {
		// Go's cache, and dlvx's as well.
		cache, err := os.MkdirTemp(l.tmp, "cold-")
		if err != nil {
			return elapsed{}, err
		}
		defer os.RemoveAll(cache)
		cmd.Env = append(slices.Clip(cmd.Env), "GOCACHE="+cache, "XDG_CACHE_HOME="+cache)
	}
	start := time.Now()
	if _, err := l.run(cmd); err != nil {
		return elapsed{}, err
	}
	ms := func(d time.Duration) float64 { return d.Seconds() * 1000 }
	return elapsed{
		wall: ms(time.Since(start)),
		cpu:  ms(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()),
	}, nil
}

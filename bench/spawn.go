package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
)

// recordings are the ways in which a program may record its spawns, the plain
// one first.
var recordings = []string{"plain", "label", "ancestors=10"}

// spawnBar is how many times a plain spawn a recorded one may cost where the
// go statement stands under 20 frames.
const spawnBar = 1.5

// spawnCost measures what it costs to start a goroutine and wait for its end.
func spawnCost(ctx context.Context, l *lab) ([]section, error) {
	type times struct{ CPU, Wall float64 }
	var sections []section
	for _, build := range []struct {
		name  string
		flags []string
	}{{"optimised", nil}, {"unoptimised", []string{unoptimised}}} {
		for _, procs := range []int{1, 2} {
			title := fmt.Sprintf("To spawn and join a goroutine, %s, GOMAXPROCS=%d", build.name, procs)
			cpu := section{Title: title + ": CPU time", Unit: "ns", Compare: asRatio, Variants: recordings}
			wall := section{Title: title + ": wall time", Unit: "ns", Compare: asRatio, Variants: recordings, detail: true}
			for _, stack := range []int{5, 20, 60} {
				for _, chain := range []int{1, 5, 20} {
					name := fmt.Sprintf("spawn/%s/procs=%d/stack=%d/chain=%d", build.name, procs, stack, chain)
					if !l.wants(name) {
						continue
					}
					variants, err := recorded[times](ctx, l, build.flags, procs,
						"-stack", strconv.Itoa(stack), "-chain", strconv.Itoa(chain), "-n", strconv.Itoa(l.size.spawns))
					if err != nil {
						return nil, err
					}
					samples, err := alternate(l.rounds, variants...)
					if err != nil {
						return nil, err
					}
					bar := float64(noBar)
					if stack == 20 {
						bar = spawnBar
					}
					cpu.add(name, bar, values(samples, func(t times) float64 { return t.CPU }))
					wall.add(name, noBar, values(samples, func(t times) float64 { return t.Wall }))
				}
			}
			sections = append(sections, cpu, wall)
		}
	}
	return measured(sections...), nil
}

// memoryBar is how many bytes more than in a plain program a parked goroutine
// may take.
const memoryBar = 48

// parkedMemory measures the memory of goroutines that wait.
func parkedMemory(ctx context.Context, l *lab) ([]section, error) {
	type memory struct{ RSS float64 }
	s := section{
		Title: fmt.Sprintf("Resident memory of a process with %d parked goroutines, for each", l.size.parked),
		Unit:  "bytes", Compare: asDifference, Variants: recordings,
	}
	for _, at := range []struct{ stack, chain int }{{5, 1}, {20, 5}, {60, 20}} {
		name := fmt.Sprintf("memory/stack=%d/chain=%d", at.stack, at.chain)
		if !l.wants(name) {
			continue
		}
		variants, err := recorded[memory](ctx, l, nil, 1, "-park",
			"-stack", strconv.Itoa(at.stack), "-chain", strconv.Itoa(at.chain), "-n", strconv.Itoa(l.size.parked))
		if err != nil {
			return nil, err
		}
		samples, err := alternate(l.rounds, variants...)
		if err != nil {
			return nil, err
		}
		s.add(name, memoryBar, values(samples, func(m memory) float64 { return m.RSS }))
	}
	return measured(s), nil
}

// unoptimised is how debuggers build.
const unoptimised = "-gcflags=all=-N -l"

// recorded returns the runs of program spawn in each of the recordings. T is
// what the program prints.
func recorded[T any](ctx context.Context, l *lab, flags []string, procs int, args ...string) ([]func() (T, error), error) {
	plain, err := l.program(ctx, "spawn", flags...)
	if err != nil {
		return nil, err
	}
	label, err := l.program(ctx, "spawn", slices.Concat(flags, l.flags)...)
	if err != nil {
		return nil, err
	}
	start := func(program, godebug string) *exec.Cmd {
		cmd := l.command(ctx, program, args...)
		cmd.Env = append(slices.Clip(cmd.Env), "GOMAXPROCS="+strconv.Itoa(procs), "GODEBUG="+godebug)
		return cmd
	}
	run := func(program, godebug string) func() (T, error) {
		return func() (result T, err error) {
			out, err := l.run(start(program, godebug))
			if err != nil {
				return result, err
			}
			if err := json.Unmarshal([]byte(out), &result); err != nil {
				return result, fmt.Errorf("reading the output of %s: %w", program, err)
			}
			return result, nil
		}
	}
	return []func() (T, error){run(plain, ""), run(label, ""), run(plain, "tracebackancestors=10")}, nil
}

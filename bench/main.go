// Command bench measures what dlvx costs, on this machine and with the Go
// that is installed: recording (time and memory of go statements), the first
// debug session of a program, the answers of dlvx dap, dlvx dump, and dlvx top.
//
//	go run ./bench                    # everything; about half an hour
//	go run ./bench -run stack=20      # what matches a regular expression
//	go run ./bench -o json
//
// Everything is measured against its plain counterpart (a program built
// without dlvx, Delve's own dlv) in rounds in which both take turns, and a
// round's two figures are compared with each other: what else the machine does
// then hits both. The figures to trust are the medians of these comparisons.
//
// It is a program and not a set of Go benchmarks because what it measures runs
// in other processes. It needs Linux, and nothing but Go installed: dlvx and
// the dlv of the same version are built on the way. The exit status is 1 if
// something could not be measured; a bar that is not met is only said.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"
)

func main() {
	cfg := config{size: fullSize, log: os.Stderr}
	flag.Func("run", "measure only the cases that match this `regexp`, such as spawn/optimised or stack=20", func(s string) (err error) {
		cfg.match, err = regexp.Compile(s)
		return err
	})
	flag.IntVar(&cfg.rounds, "rounds", 7, "rounds of each measurement")
	format := flag.String("o", "text", "output: text or json")
	flag.Parse()
	if flag.NArg() > 0 || cfg.rounds < 1 || (*format != "text" && *format != "json") {
		fmt.Fprintln(flag.CommandLine.Output(), "bench takes no arguments, -rounds of 1 or more, and -o text or json")
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := measure(ctx, cfg)
	if ctx.Err() != nil {
		err = errors.New("interrupted") // whatever it was that failed for that
	}
	if err == nil && len(r.Sections) == 0 {
		err = fmt.Errorf("nothing matches -run %s", cfg.match)
	}
	if err == nil && *format == "json" {
		err = r.json(os.Stdout)
	} else if err == nil {
		err = r.text(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A config says what to measure.
type config struct {
	match  *regexp.Regexp // of the names of the cases; nil: all
	rounds int
	size   size
	log    io.Writer // progress
}

// A size says how much is measured in a round.
type size struct {
	spawns int // goroutines started and joined
	parked int // goroutines alive at the same time
	stops  int // stops of a debug session
	crowd  int // goroutines of a program with many
	loops  int // requests of a server; other things are done more often

	crowds    []int // goroutines of programs that are paused and stepped
	processes []int // goroutines of processes that are looked into

	watched time.Duration // for how long a program is looked at
}

var fullSize = size{spawns: 200_000, parked: 100_000, stops: 40, crowd: 1000, loops: 20_000, crowds: []int{12, 100_000}, processes: []int{1000, 10_000, 100_000}, watched: 5 * time.Second}

// measure runs all parts.
func measure(ctx context.Context, cfg config) (report, error) {
	l, err := newLab(ctx, cfg)
	if err != nil {
		return report{}, err
	}
	defer l.close()
	r := report{Machine: thisMachine(l.goVersion), Rounds: cfg.rounds}
	for _, part := range []func(context.Context, *lab) ([]section, error){spawnCost, parkedMemory, firstDebug, stackLatency, crowdLatency, outsideCost, topCost, modeCost} {
		sections, err := part(ctx, l)
		if err != nil {
			return report{}, err
		}
		r.Sections = append(r.Sections, sections...)
	}
	return r, nil
}

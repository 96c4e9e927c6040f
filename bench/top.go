package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// A pace is how many nanoseconds a program takes for each piece of its work.
type pace struct{ wall, cpu float64 }

// topCost measures what a program gets done on a machine whose processors it keeps
// busy, while dlvx top looks at it each second. That it takes more time is what top
// takes for itself; that it takes more processor time is what it is kept from.
func topCost(ctx context.Context, l *lab) ([]section, error) {
	const title = "A piece of work of a program on all processors, dlvx top looks at it: "
	variants := []string{"alone", "with top"}
	wall := section{Title: title + "time", Unit: "ns", Compare: asRatio, Variants: variants}
	cpu := section{Title: title + "processor time", Unit: "ns", Compare: asRatio, Variants: variants}
	for _, n := range l.size.processes {
		name := fmt.Sprintf("top/goroutines=%d", n)
		if !l.wants(name) {
			continue
		}
		program, err := l.program(ctx, "busy")
		if err != nil {
			return nil, err
		}
		samples, err := l.paces(ctx, program, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		wall.add(name+"/wall", noBar, values(samples, func(p pace) float64 { return p.wall }))
		cpu.add(name+"/cpu", noBar, values(samples, func(p pace) float64 { return p.cpu }))
	}
	return measured(wall, cpu), nil
}

// paces runs the program, alone and looked at by turns.
func (l *lab) paces(ctx context.Context, program string, n int) (samples [][]pace, err error) {
	p, err := l.startAsked(ctx, program, n)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.end()) }()
	ask := func() (at pace, err error) {
		line, err := p.ask()
		if err == nil {
			_, err = fmt.Sscan(line, &at.wall, &at.cpu)
		}
		return at, err
	}
	measure := func() (pace, error) {
		if _, err := ask(); err != nil {
			return pace{}, err
		}
		time.Sleep(l.size.watched)
		return ask()
	}
	if _, err := measure(); err != nil { // it has got under way
		return nil, err
	}
	return alternate(l.rounds, measure, func() (at pace, err error) {
		top := l.command(ctx, l.dlvx(), "top", p.pid(), "-b", "-o", "json")
		looks, err := top.StdoutPipe()
		if err != nil {
			return pace{}, err
		}
		if err := top.Start(); err != nil {
			return pace{}, err
		}
		begun, ended := make(chan error, 1), make(chan bool)
		go func() {
			_, err := looks.Read(make([]byte, 1))
			begun <- err
			_, _ = io.Copy(io.Discard, looks) // until top ends
			close(ended)
		}()
		defer func() {
			err = errors.Join(err, top.Process.Signal(os.Interrupt))
			<-ended
			_ = top.Wait() // it was interrupted
		}()
		if err := <-begun; err != nil { // it has looked once
			return pace{}, fmt.Errorf("dlvx top: %w", err)
		}
		return measure()
	})
}

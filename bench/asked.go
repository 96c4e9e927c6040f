package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// An asked program runs beside a measurement, and tells of itself whenever it is
// asked: a line for a line.
type asked struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startAsked starts one with so many goroutines.
func (l *lab) startAsked(ctx context.Context, program string, goroutines int) (*asked, error) {
	a := &asked{cmd: l.command(ctx, program, "-n", strconv.Itoa(goroutines))}
	var err error
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.out = bufio.NewReader(out)
	return a, a.cmd.Start()
}

func (a *asked) ask() (string, error) {
	if _, err := io.WriteString(a.in, "\n"); err != nil {
		return "", err
	}
	line, err := a.out.ReadString('\n')
	return strings.TrimSpace(line), err
}

func (a *asked) pid() string { return strconv.Itoa(a.cmd.Process.Pid) }

// end has the program end, and waits for it.
func (a *asked) end() error { return errors.Join(a.in.Close(), a.cmd.Wait()) }

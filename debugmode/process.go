package debugmode

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// Start starts a program with the mode on. Its records come out of the reader
// that is given to sink, which runs on a goroutine of its own, until it ends; the
// function that Start returns waits for the program and then for sink, and
// returns what exec.Cmd.Wait does.
//
// The program need not have the mode in it: there are no records then.
func (s Settings) Start(cmd *exec.Cmd, sink func(records io.Reader)) (wait func() error, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe for the debug mode: %w", err)
	}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.ExtraFiles = append(cmd.ExtraFiles, w)
	cmd.Env = append(cmd.Env, s.Variable(2+len(cmd.ExtraFiles)))
	if err := cmd.Start(); err != nil {
		r.Close()
		w.Close()
		return nil, err
	}
	stop := newStopLine()
	done := make(chan struct{})
	go func() {
		records := &run{lines: bufio.NewReader(r), stop: stop}
		sink(records)
		close(done)
		io.Copy(io.Discard, records) // the program is not to wait for a reader that has given up
	}()
	return func() error {
		err := cmd.Wait()
		stop.write(w)
		w.Close()
		<-done
		r.Close() // a child of the program's may still have the other end
		return err
	}, nil
}

// Variable returns what has to be in the environment of a process that is to
// write its records to a file descriptor which it inherits.
func (s Settings) Variable(fd int) string { return variable + "=" + s.value(fd) }

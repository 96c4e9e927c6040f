package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpAttach makes dlv's attach command dlvx's.
func setUpAttach(cmd *cobra.Command) {
	cmd.Long += `

Stacks go on with those of the go statements that led to each goroutine, as well
as the process has recorded them: see dlvx help exec. With --record the runtime
of a process that records nothing is told to do so, for goroutines made from
then on and until dlvx leaves it. Recording makes go statements slower.`
	record := cmd.Flags().Bool("record", false, "Has the process record ancestors of new goroutines while dlvx is attached.")
	cmd.Run = func(cmd *cobra.Command, args []string) { exit(attach(cmd, args, *record)) }
}

func attach(cmd *cobra.Command, args []string, record bool) (int, error) {
	var p delve.Program
	if record {
		if cmd.Flag("headless").Changed {
			return 1, errors.New("--record does not go with --headless: its clients may leave the process without dlvx")
		}
		p.Attach.Ancestors = defaultAncestors
	}
	if len(args) > 0 {
		pid, err := strconv.Atoi(args[0])
		if err != nil || pid <= 0 {
			return 1, fmt.Errorf("invalid pid: %s", args[0])
		}
		p.Attach.PID, p.Args = pid, args[1:]
	}
	flags := cmd.Flags()
	var err error
	if err := checkProcess(p.Attach.PID, delve.OptionsOf(cmd).CheckGoVersion); err != nil {
		return 1, err
	}
	if p.Attach.WaitFor, err = flags.GetString("waitfor"); err != nil {
		return 1, err
	}
	// Both in milliseconds.
	interval, err := flags.GetFloat64("waitfor-interval")
	if err != nil {
		return 1, err
	}
	timeout, err := flags.GetFloat64("waitfor-duration")
	if err != nil {
		return 1, err
	}
	p.Attach.Interval = time.Duration(interval * float64(time.Millisecond))
	p.Attach.Timeout = time.Duration(timeout * float64(time.Millisecond))
	return execute(cmd, p)
}

// checkProcess tells why a process cannot be debugged, before it is stopped; nil
// for what only Delve can tell, as on systems without proc(5).
func checkProcess(pid int, check bool) error {
	link := fmt.Sprintf("/proc/%d/exe", pid)
	path, err := os.Readlink(link)
	if err != nil {
		return nil
	}
	// The file may be gone, or be another one by now.
	err = checkFile(link, path, check)
	switch {
	case errors.Is(err, errStripped):
		return fmt.Errorf("could not attach to pid %d: %w; dlvx dump %d needs none", pid, err, pid)
	case err != nil:
		return fmt.Errorf("could not attach to pid %d: %w", pid, err)
	}
	return nil
}

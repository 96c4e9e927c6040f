package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpAttach makes dlv's attach command dlvx's.
func setUpAttach(cmd *cobra.Command) {
	cmd.Run = func(cmd *cobra.Command, args []string) { exit(attach(cmd, args)) }
}

func attach(cmd *cobra.Command, args []string) (int, error) {
	var p delve.Program
	if len(args) > 0 {
		pid, err := strconv.Atoi(args[0])
		if err != nil || pid <= 0 {
			return 1, fmt.Errorf("invalid pid: %s", args[0])
		}
		p.Attach.PID, p.Args = pid, args[1:]
	}
	flags := cmd.Flags()
	var err error
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

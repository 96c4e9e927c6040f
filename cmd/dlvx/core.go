package main

import (
	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpCore makes dlv's core command dlvx's.
func setUpCore(cmd *cobra.Command) {
	cmd.Run = func(cmd *cobra.Command, args []string) {
		exit(core(cmd, args[0], args[1]))
	}
}

func core(cmd *cobra.Command, exe, file string) (int, error) {
	o, endLog, err := terminalOptions(cmd)
	if err != nil {
		return 1, err
	}
	defer endLog()
	if err := checkBinary(exe, o.CheckGoVersion); err != nil {
		return 1, err
	}
	return session(o, delve.Program{Args: []string{exe}, Core: file})
}

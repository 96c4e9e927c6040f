package main

import (
	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpConnect makes dlv's connect command dlvx's.
func setUpConnect(cmd *cobra.Command) {
	cmd.Run = func(cmd *cobra.Command, args []string) { exit(connect(cmd, args[0])) }
}

func connect(cmd *cobra.Command, addr string) (int, error) {
	o := delve.OptionsOf(cmd)
	endLog, err := o.SetupLog()
	if err != nil {
		return 1, err
	}
	defer endLog()
	return delve.Connect(untilTerminalEnds(), o, addr, showStack, newLog(o))
}

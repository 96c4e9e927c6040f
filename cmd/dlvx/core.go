package main

import (
	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpCore makes dlv's core command dlvx's.
func setUpCore(cmd *cobra.Command) {
	cmd.Run = func(cmd *cobra.Command, args []string) {
		exit(execute(cmd, delve.Program{Args: args[:1], Core: args[1]}))
	}
}

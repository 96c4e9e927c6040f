package main

import (
	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpExec makes dlv's exec command dlvx's: stacks are stitched, as well as
// the binary has recorded its spawns.
func setUpExec(cmd *cobra.Command) {
	cmd.Long += `

A binary that was built with the flags of dlvx buildflags records its spawns.`
	cmd.Run = func(cmd *cobra.Command, args []string) { exit(execute(cmd, delve.Program{Args: args})) }
}

// execute gives a program that is there already to Delve's terminal.
func execute(cmd *cobra.Command, p delve.Program) (int, error) {
	o, endLog, err := terminalOptions(cmd)
	if err != nil {
		return 1, err
	}
	defer endLog()
	return session(o, p)
}

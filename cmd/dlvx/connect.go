package main

import (
	"context"

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
	log := newLog(o)
	ctx := notify(interrupts...)
	server, err := delve.DialRemote(ctx, addr, log)
	if err != nil {
		return 1, err
	}
	defer server.Close()
	// ^C is the terminal's from here on. One that came until now is not lost.
	if ctx.Err() != nil {
		return 1, context.Cause(ctx)
	}
	return server.Terminal(untilTerminalEnds(), o, shower{}, log)
}

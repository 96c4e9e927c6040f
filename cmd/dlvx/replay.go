package main

import (
	"errors"

	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpReplay makes dlv's replay command dlvx's.
func setUpReplay(cmd *cobra.Command) {
	cmd.Run = func(cmd *cobra.Command, args []string) { exit(replay(cmd, args[0])) }
}

func replay(cmd *cobra.Command, dir string) (int, error) {
	o, endLog, err := terminalOptions(cmd)
	if err != nil {
		return 1, err
	}
	defer endLog()
	o.Backend, o.RRCleanup = "rr", false
	if o.RROnProcess, err = cmd.Flags().GetInt("onprocess"); err != nil {
		return 1, err
	}
	return session(o, delve.Program{Args: []string{}, Core: dir})
}

// replayCommand stands for the one that dlv has only where rr is installed.
func replayCommand() *cobra.Command {
	return &cobra.Command{
		Use: "replay [trace directory]", Short: "Replays a rr trace.", Hidden: true, DisableFlagParsing: true,
		Run: func(*cobra.Command, []string) {
			exit(1, errors.New("replay needs rr, which is not installed: see https://rr-project.org"))
		},
	}
}

package main

import (
	"os"
	"os/signal"

	"github.com/spf13/cobra"
)

// setUpTrace leaves dlv's trace command as it is, but that SIGTERM and SIGHUP
// end it as SIGINT does: dlv would leave its temporary binary, and the program,
// behind.
func setUpTrace(cmd *cobra.Command) {
	run := cmd.Run
	cmd.Run = func(cmd *cobra.Command, args []string) {
		ch := make(chan os.Signal, 1)
		signal.Notify(ch, hangUps...)
		go func() {
			for range ch {
				self, err := os.FindProcess(os.Getpid())
				if err != nil || self.Signal(os.Interrupt) != nil {
					os.Exit(1) // Windows, which has neither of the signals
				}
			}
		}()
		run(cmd, args)
	}
}

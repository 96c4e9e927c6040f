package main

import (
	"fmt"
	"runtime"
	rdebug "runtime/debug"

	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpVersion makes dlv's version command dlvx's: a line of its own, then
// what dlv prints, for tools that parse that.
func setUpVersion(cmd *cobra.Command) {
	cmd.Run = func(cmd *cobra.Command, _ []string) {
		fmt.Printf("dlvx %s (%s %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		fmt.Print(delve.VersionText())
		if verbose, err := cmd.Flags().GetBool("verbose"); err == nil && verbose {
			fmt.Printf("Build Details: %s\n", delve.BuildDetails())
		}
	}
}

// version returns the version of the module that dlvx was built from.
func version() string {
	if info, ok := rdebug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

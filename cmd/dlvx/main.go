// Command dlvx is Delve whose stacks do not end where a goroutine begins:
// below a goroutine's own frames stand those of the go statements that led to
// it, up to main.
//
// It takes dlv's commands and flags. One file per command that differs from
// dlv's.
package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/debugmode"
	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/spf13/cobra"
)

func main() {
	// The go command runs a link of this name for every compiler call of a
	// recording build: before anything else, and quickly.
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	if name == spawnlabel.ToolexecName {
		os.Exit(spawnlabel.Toolexec(os.Args[1:], os.Stdout, os.Stderr, debugmode.Addition()))
	}
	if err := rootCommand().Execute(); err != nil {
		os.Exit(1) // cobra has said why
	}
}

func rootCommand() *cobra.Command {
	env := os.Environ()
	root := delve.Commands()
	root.Short = "Debug Go programs with the stacks of the go statements below every goroutine's own."
	root.Long = `dlvx is the Delve debugger whose stacks go on: below the frames of a goroutine
stand those of the go statements that led to it, up to main, also where the
goroutines that ran them have exited.

It takes dlv's commands and flags. dlvx debug, test and dap build the program
so that it records its spawns; dlvx build builds one for later, and dlvx
buildflags prints the flags for doing so in a build of one's own.

Pass flags to the program you are debugging using ` + "`--`" + `, for example:

` + "`dlvx exec ./hello -- server --config conf/config.toml`"
	hasReplay := false
	for _, cmd := range slices.Clone(root.Commands()) {
		switch cmd.Name() {
		case "run": // an old name of debug, which dlv hides
			root.RemoveCommand(cmd)
		case "debug":
			setUpDebug(cmd)
		case "test":
			setUpTest(cmd)
		case "exec":
			setUpExec(cmd)
		case "attach":
			setUpAttach(cmd)
		case "core":
			setUpCore(cmd)
		case "connect":
			setUpConnect(cmd)
		case "replay":
			setUpReplay(cmd)
			hasReplay = true
		case "trace":
			setUpTrace(cmd)
		case "dap":
			setUpDAP(cmd)
		case "version":
			setUpVersion(cmd)
		}
	}
	root.AddCommand(runCommand(env), gotestCommand(env), gotestExecCommand())
	if !hasReplay {
		root.AddCommand(replayCommand())
	}
	root.AddCommand(buildCommand(env), buildflagsCommand(), dumpCommand(), labelsCommand(), psCommand(), pstreeCommand(), topCommand(), whereCommand())
	return root
}

// splitArgs splits a command's arguments into its own and, after a double
// dash, the program's.
func splitArgs(cmd *cobra.Command, args []string) (own, program []string) {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		return args[:n], args[n:]
	}
	return args, nil
}

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dlvx/dlvx/dapproxy"
	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpExec makes dlv's exec command dlvx's: stacks are stitched, as well as
// the binary records its spawns.
func setUpExec(cmd *cobra.Command) {
	cmd.Long += `

A binary that was built by dlvx build, or with the flags of dlvx buildflags,
records its spawns. Any other is run with GODEBUG=tracebackancestors, added to
the GODEBUG that is set, so that the runtime keeps the stacks of --ancestors
generations of spawners; its go statements are slower for it.`
	ancestors := cmd.Flags().Int("ancestors", defaultAncestors, "How many generations of spawners GODEBUG=tracebackancestors keeps in a program that does not record spawn labels; 0: none.")
	cmd.Run = func(cmd *cobra.Command, args []string) { exit(execBinary(cmd, args, *ancestors)) }
}

func execBinary(cmd *cobra.Command, args []string, ancestors int) (int, error) {
	o, endLog, err := terminalOptions(cmd)
	if err != nil {
		return 1, err
	}
	defer endLog()
	if ancestors < 0 {
		return 1, fmt.Errorf("--ancestors is %d: it must be a whole number from 0, which records none", ancestors)
	}
	if err := prepareBinary(args[0], o.CheckGoVersion, ancestors); err != nil {
		return 1, err
	}
	return session(o, delve.Program{Args: args})
}

// prepareBinary checks a binary that is to be run, and has it keep ancestors if it
// does not record labels.
func prepareBinary(path string, checkGoVersion bool, ancestors int) error {
	if err := checkBinary(path, checkGoVersion); err != nil {
		return err
	}
	// Of a binary that cannot be read, Delve says why.
	if labelled, err := records(path); err == nil && !labelled && ancestors > 0 {
		return os.Setenv("GODEBUG", withAncestors(os.Getenv("GODEBUG"), ancestors))
	}
	return nil
}

// prepareExec is recorder.Prepare for the mode exec.
func prepareExec(l dapproxy.Launch, godebug string) (dapproxy.Prepared, error) {
	labelled, err := launchRecords(l)
	switch {
	case err != nil:
		return dapproxy.Prepared{}, nil // Delve says so
	case l.Record == "label" && !labelled:
		return dapproxy.Prepared{}, fmt.Errorf("%s was not built to record spawn labels: build it with dlvx build", l.Program)
	case labelled && l.Record != "ancestors", l.Ancestors == 0:
		return dapproxy.Prepared{}, nil
	}
	return dapproxy.Prepared{Env: map[string]string{"GODEBUG": withAncestors(godebug, l.Ancestors)}}, nil
}

// launchRecords tells whether the binary of a launch in the mode exec records labels.
func launchRecords(l dapproxy.Launch) (bool, error) {
	path := l.Program
	if !filepath.IsAbs(path) {
		path = filepath.Join(l.Dir, path)
	}
	return records(path)
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

package main

import (
	"fmt"
	"os"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/internal/render"
	"github.com/spf13/cobra"
)

// runUntil is dlvx debug --until.
func runUntil(cmd *cobra.Command, args []string, location, format string) error {
	if format != "text" && format != "json" {
		return fmt.Errorf("unknown --format %q: it is text or json", format)
	}
	if location == "" {
		return fmt.Errorf("--until needs a location: a function (main.worker) or file:line (main.go:12)")
	}
	o := delve.OptionsOf(cmd)
	for _, name := range []string{"headless", "accept-multiclient", "continue", "init"} {
		if cmd.Flag(name).Changed {
			return fmt.Errorf("--%s does not go with --until, which asks nothing", name)
		}
	}
	if err := o.Check(); err != nil {
		return err
	}
	endLog, err := o.SetupLog()
	if err != nil {
		return err
	}
	defer endLog()
	ctx := notify(interrupts...)
	// Standard output is for the stack and, in text, for the program.
	packages, programArgs := splitArgs(cmd, args)
	program, remove, err := build(ctx, &o, cmd, packages, programArgs, false, os.Stderr)
	if err != nil {
		return err
	}
	defer remove()
	if !hasDebugInfo(program.Args[0]) { // nor goroutines to Delve
		return fmt.Errorf("the program %w", errStripped)
	}
	stdout := os.Stdout
	if format == "json" {
		stdout = os.Stderr
	}
	s, err := delve.Until(ctx, o, program, location, stdout, newLog(o))
	if err != nil {
		return err
	}
	if format == "json" {
		return render.JSON(os.Stdout, s)
	}
	return render.Text(os.Stdout, s, styleFor(os.Stdout))
}

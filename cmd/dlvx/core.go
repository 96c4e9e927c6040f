package main

import (
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"strings"

	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
)

// setUpCore makes dlv's core command dlvx's.
func setUpCore(cmd *cobra.Command) {
	cmd.Run = func(cmd *cobra.Command, args []string) {
		exit(core(cmd, args[0], args[1]))
	}
}

func core(cmd *cobra.Command, exe, file string) (int, error) {
	o, endLog, err := terminalOptions(cmd)
	if err != nil {
		return 1, err
	}
	defer endLog()
	if err := checkOrder(exe); err != nil {
		return 1, err
	}
	err = checkBinary(exe, o.CheckGoVersion)
	switch {
	case errors.Is(err, errStripped):
		return 1, fmt.Errorf("%w; dlvx dump %s %s needs none", err, exe, file)
	case err != nil:
		return 1, err
	}
	return session(o, delve.Program{Args: []string{exe}, Core: file})
}

// checkOrder tells where the executable is none. Delve would say what it stumbles
// over in it.
func checkOrder(exe string) error {
	const order = "give the executable first, and then the core file of it"
	if f, err := elf.Open(exe); err == nil {
		defer f.Close()
		if f.Type == elf.ET_CORE {
			return fmt.Errorf("%s is a core file: %s", exe, order)
		}
	}
	if _, err := buildinfo.ReadFile(exe); err != nil && strings.Contains(err.Error(), "unrecognized file format") {
		return fmt.Errorf("%s is no executable: %s", exe, order)
	}
	return nil
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dlvx/dlvx/debugmode"
	"github.com/dlvx/dlvx/delve"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// gotestCommand is go test in debug mode. env is the environment that dlvx was
// started with.
func gotestCommand(env []string) *cobra.Command {
	var w watch
	cmd := &cobra.Command{
		Use:   "gotest [flags] [flags and arguments of go test]",
		Short: "Test packages as go test does, and warn of what goes wrong with their goroutines.",
		Long: `Tests packages as go test does, and says on the standard error what dlvx run says
of programs, and which goroutines each test leaves behind, right also for
parallel tests and subtests.

	dlvx gotest ./...
	dlvx gotest --fail-on left,leak -run TestServer -v ./internal/server

What is not a flag of dlvx's own is go test's. The exit status is that of go test,
but for --fail-on. Tests are run although go test has their results in its cache.`,
		DisableFlagParsing: true, // the flags of go test are not known here
	}
	w.addFlags(cmd.Flags())
	showOnly(cmd)
	cmd.Run = func(cmd *cobra.Command, args []string) {
		own, rest := splitTestArgs(cmd.Flags(), args)
		if err := cmd.Flags().Parse(own); err != nil {
			exit(1, err)
		}
		if slices.ContainsFunc(rest, func(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }) {
			cmd.Help()
			exit(0, nil)
		}
		exit(gotest(rest, env, w))
	}
	return cmd
}

// splitTestArgs splits arguments into flags that dlvx gotest has itself, which
// are written with two dashes (but for -o and a format: go test has a -o, too),
// and all others.
func splitTestArgs(flags *pflag.FlagSet, args []string) (own, rest []string) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "-args" || arg == "--args" {
			return own, append(rest, args[i:]...)
		}
		name, value, joined := strings.Cut(arg, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		var f *pflag.Flag
		if long, ok := strings.CutPrefix(name, "--"); ok {
			f = flags.Lookup(long)
		} else if name == "-o" && slices.Contains(debugmode.Formats, value) {
			f = flags.ShorthandLookup("o")
		}
		switch {
		case f == nil:
			rest = append(rest, arg)
		case joined || f.NoOptDefVal != "" || i+1 == len(args):
			own = append(own, arg)
		default:
			own = append(own, arg, args[i+1])
			i++
		}
	}
	return own, rest
}

// gotest is dlvx gotest. It returns the exit status of go test.
func gotest(args, env []string, w watch) (status int, err error) {
	if err := w.check(); err != nil {
		return 1, err
	}
	w.settings.Tests = true
	ctx := notify(interrupts...)
	flags, err := w.prepare(ctx, env, args)
	if err != nil {
		return 1, err
	}
	if ctx.Err() != nil {
		return 1, context.Cause(ctx)
	}
	report, closeReport, err := w.open()
	if err != nil {
		return 1, err
	}
	command := exec.Command("go", "test")
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Env = env
	closeDesk := func() {}
	dir, rest := delve.ChdirFlag(args)
	if len(flags) > 0 {
		rest, _ = cutFlag(rest, "toolexec") // ours has taken it in
	}
	if !w.off {
		var programs []string
		rest, programs = cutFlag(rest, "exec")
		program := ""
		if len(programs) > 0 {
			program = programs[len(programs)-1]
		}
		var execFlag string
		if execFlag, closeDesk, err = reception(report, w.settings, program); err != nil {
			return 1, err
		}
		flags = append(flags, execFlag)
		if _, counts := cutFlag(rest, "count"); len(counts) == 0 {
			flags = append(flags, "-count=1")
		}
	}
	if dir != "" {
		command.Args = append(command.Args, "-C="+dir) // must be the first
	}
	command.Args = slices.Concat(command.Args, flags, rest)
	if err := command.Start(); err != nil {
		closeDesk()
		return 1, fmt.Errorf("running go test: %w", err)
	}
	status, err = ended(ctx, command, command.Wait)
	closeDesk()
	if closeErr := closeReport(); err == nil {
		err = closeErr
	}
	if err == nil && status == 0 {
		err = w.fails(report)
	}
	return status, err
}

// reception takes the records of test binaries, each of which a dlvx gotest-exec
// turns into, and which writes to a connection of its own. It returns the flag
// that has go test start them so, by program, the value of the user's own -exec,
// and the function that waits, once go test has ended, until all have been reported.
func reception(report *debugmode.Report, settings debugmode.Settings, program string) (flag string, end func(), err error) {
	exe, err := os.Executable()
	if err != nil {
		return "", nil, fmt.Errorf("finding dlvx's own executable: %w", err)
	}
	dir, err := os.MkdirTemp("", "dlvx-gotest-")
	if err != nil {
		return "", nil, fmt.Errorf("making a folder for the socket of the tests: %w", err)
	}
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		os.RemoveAll(dir)
		return "", nil, fmt.Errorf("making a socket for the tests: %w", err)
	}
	command := []string{exe, gotestExec, settings.String(), listener.Addr().String()}
	for _, arg := range command {
		if strings.ContainsAny(arg, " \t\n'\"") {
			listener.Close()
			os.RemoveAll(dir)
			return "", nil, fmt.Errorf("go test cannot be told to run %q: dlvx's own path and the folder for temporary files must be without spaces", arg)
		}
	}
	if program != "" {
		command = append(command, program)
	}
	var all sync.WaitGroup
	var open []net.Conn
	var ended atomic.Bool
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open = append(open, conn)
			all.Go(func() {
				defer conn.Close()
				records := bufio.NewReader(remainder{conn, &ended})
				switch dir, err := records.ReadString('\n'); {
				case err != nil:
				case dir == "\n": // all that came before has been accepted
					listener.Close()
				default:
					addRecords(report, records, strings.TrimSuffix(dir, "\n"))
				}
				io.Copy(io.Discard, conn) // the test is not to wait for a reader that has given up
			})
		}
	}()
	return "-exec=" + strings.Join(command, " "), func() {
		if err := sayEnd(listener.Addr()); err != nil {
			listener.Close()
		}
		<-accepting
		ended.Store(true)
		for _, conn := range open {
			conn.SetReadDeadline(time.Now().Add(patience))
		}
		all.Wait()
		os.RemoveAll(dir)
	}, nil
}

// patience is how long nothing may come of a test that has ended: all is written
// by then; but a child of its may have the other end.
const patience = 5 * time.Second

// A remainder is a test's connection, whose reader has patience for every read
// once go test has ended.
type remainder struct {
	net.Conn
	ended *atomic.Bool
}

func (r remainder) Read(b []byte) (int, error) {
	if r.ended.Load() {
		r.SetReadDeadline(time.Now().Add(patience))
	}
	return r.Conn.Read(b)
}

// sayEnd makes a connection behind all others, which names no folder. A test may
// have made its own, and ended, before anybody came to accept it.
func sayEnd(addr net.Addr) error {
	conn, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		return err
	}
	_, err = io.WriteString(conn, "\n")
	return errors.Join(err, conn.Close())
}

// gotestExec is the name of the command that starts test binaries.
const gotestExec = "gotest-exec"

func gotestExecCommand() *cobra.Command {
	return &cobra.Command{
		Use:                gotestExec + " SETTINGS SOCKET BINARY [arguments]",
		Short:              "Start a test binary for dlvx gotest.",
		Hidden:             true,
		DisableFlagParsing: true,
		Run:                func(_ *cobra.Command, args []string) { exit(execTest(args)) },
	}
}

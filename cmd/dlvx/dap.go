package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	rdebug "runtime/debug"
	"strings"
	"syscall"

	"github.com/dlvx/dlvx/dapproxy"
	"github.com/dlvx/dlvx/debugmode"
	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/goruntime"
	"github.com/spf13/cobra"
)

// setUpDAP makes dlv's dap command dlvx's.
func setUpDAP(cmd *cobra.Command) {
	cmd.Long += `

Programs that are launched in the modes debug and test record their spawns, and
the stack of every goroutine goes on with those of the go statements that led to
it. One that is launched in the mode exec does, too, as well as it was built. With
--connect, or where an attach request of the mode remote names host and port, the
program is that of a headless Delve elsewhere, of release 1.20 or later.

Attributes of the launch and attach requests besides dlv's:

	stitch      false: stacks and names of threads are dlv's own (default: --stitch)
	record      auto (default), label, ancestors, off: how spawns are recorded
	ancestors   how many generations of spawners GODEBUG=tracebackancestors keeps,
	            where it is used (default 10); 0: it is not
	chainDepth  how many spawners are shown at most; 0 (default): all
	debugMode   true: the program warns of what goes wrong with its goroutines, as
	            under dlvx run, with noDebug, too; or an object of slow, blocked
	            ("50ms"), pending, leaks, contexts, background (default false)
	maxGoroutines
	            how many threads are listed at most (default 1024), the ones most
	            worth a look first; goroutineFilters and hideSystemGoroutines count
	            before
	groupGoroutines
	            whether goroutines with equal logical stacks are one thread
	            (default: where there are more than maxGoroutines)

Clients may ask for views of all goroutines (lists, groups, the spawn tree): see
https://github.com/dlvx/dlvx/blob/main/docs/protocol.md.`
	stitch := cmd.Flags().Bool("stitch", true, "Shows spawn chains where the launch or attach request does not say.")
	connect := cmd.Flags().String("connect", "", "Address of a headless Delve whose program is debugged; the client attaches with mode remote.")
	cmd.Run = func(cmd *cobra.Command, args []string) { exit(0, serveDAP(cmd, args, *stitch, *connect)) }
}

// serveDAP serves one client, as dlv dap does.
func serveDAP(cmd *cobra.Command, args []string, stitch bool, connect string) error {
	if os.Getenv("GOGC") == "" {
		// What is kept of many goroutines is not to cost twice its memory.
		rdebug.SetGCPercent(50)
	}
	o := delve.OptionsOf(cmd)
	endLog, err := o.SetupLog()
	if err != nil {
		return err
	}
	defer endLog()
	warnOfIgnored(cmd, args)
	ctx := untilServerEnds()
	cfg := dapproxy.Config{Log: newLog(o), Version: version(), NoStitch: !stitch}
	accept := func() (net.Conn, error) { return acceptDAP(ctx, cmd, o) }
	if connect != "" {
		err = serveRemote(ctx, connect, accept, cfg)
	} else {
		err = serveLocal(ctx, o, accept, cfg)
	}
	if ctx.Err() != nil || errors.Is(err, syscall.ECONNRESET) {
		return nil // as dlv dap: it was told to end, or the client went away
	}
	return err
}

// serveLocal serves one client with a Delve in this process, or with the one
// elsewhere that an attach request names. accept waits for the client; it returns
// nil where ctx ended first.
func serveLocal(ctx context.Context, o delve.Options, accept func() (net.Conn, error), cfg dapproxy.Config) (err error) {
	client, err := accept()
	if err != nil || client == nil {
		return err
	}
	defer client.Close()
	var elsewhere remote
	defer func() { err = errors.Join(err, elsewhere.close()) }()

	proxySide, delveSide := dapproxy.Pipe()
	session := delve.NewDAPSession(delveSide, o.DAPConfig())
	served := make(chan struct{})
	go func() {
		defer close(served)
		session.Serve()
	}()
	var recorder recorder
	defer recorder.close()
	cfg.Recorder = &recorder
	cfg.Dial = elsewhere.dial
	cfg.Leave = session.LetGo
	cfg.NewChains = func(inj *dapproxy.Injector) dapproxy.Chains {
		if chains, ok := elsewhere.newChains(ctx, inj); ok {
			return chains
		}
		return newChains(inj, session.Target)
	}
	err = dapproxy.Serve(ctx, client, proxySide, cfg)
	// Delve answers one request after the other. The binary of a launch that is
	// still building is removed only once it has been built.
	select {
	case <-served:
	case <-untilServerEnds().Done(): // told once more
	}
	session.Close()
	return err
}

// acceptDAP returns the connection to the client: the one that it is waiting
// for at --client-addr, or the first one to come in at --listen. It is nil where
// ctx ended first.
func acceptDAP(ctx context.Context, cmd *cobra.Command, o delve.Options) (net.Conn, error) {
	if addr := cmd.Flag("client-addr").Value.String(); addr != "" {
		network, addr := delve.SplitNetwork(addr)
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, fmt.Errorf("connecting to the DAP client: %w", err)
		}
		return conn, nil
	}
	network, addr := delve.SplitNetwork(o.Listen)
	listener, err := net.Listen(network, addr)
	if err != nil {
		return nil, fmt.Errorf("could not start listener: %w", err)
	}
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	delve.WriteDAPListening(listener.Addr())
	conn, err := listener.Accept()
	switch {
	case ctx.Err() != nil:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("accepting the DAP client: %w", err)
	case o.OnlySameUser:
		if err := checkSameUser(listener.Addr(), conn); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

// warnOfIgnored says which flags do nothing here, as dlv dap does.
func warnOfIgnored(cmd *cobra.Command, args []string) {
	for _, f := range []struct{ flag, says string }{
		{"headless", "dap mode is always headless"},
		{"accept-multiclient", "accept-multiclient mode not supported with dap"},
		{"init", "init file ignored with dap"},
		{"backend", "backend ignored with dap; specify via launch/attach request instead"},
		{"build-flags", "build flags ignored with dap; specify via launch/attach request instead"},
		{"wd", "working directory ignored with dap; specify via launch request instead"},
	} {
		if cmd.Flag(f.flag).Changed {
			fmt.Fprintf(os.Stderr, "Warning: %s\n", f.says)
		}
	}
	if len(args) > 0 {
		fmt.Fprintln(os.Stderr, "Warning: arguments ignored with dap; specify via launch/attach request instead")
	}
}

// A recorder makes the programs of launch requests record their spawns, and run
// in debug mode.
type recorder struct {
	inlet *debugmode.Inlet // of what was launched last in debug mode; nil: nothing was
}

func (r *recorder) Prepare(ctx context.Context, l dapproxy.Launch) (dapproxy.Prepared, error) {
	env, godebug := launchEnv(os.Environ(), l.Env)
	p, err := prepareLaunch(ctx, l, env, godebug)
	if err != nil || l.Watch == nil {
		return p, err
	}
	if err := r.watch(ctx, l, env, &p); err != nil {
		p.Note = strings.TrimPrefix(p.Note+"; ", "; ") + "dlvx: no debug mode: " + err.Error()
	}
	return p, nil
}

// prepareLaunch returns what a launch needs for its program to record.
func prepareLaunch(ctx context.Context, l dapproxy.Launch, env []string, godebug string) (dapproxy.Prepared, error) {
	if l.Mode == "exec" {
		return prepareExec(l, godebug)
	}
	r, err := prepareRecording(ctx, l.Record, l.Dir, env, l.BuildFlags)
	if err != nil {
		return dapproxy.Prepared{}, err
	}
	changed, note := r.environment(godebug, l.Ancestors)
	p := dapproxy.Prepared{Flags: r.flags, Note: note}
	if changed != godebug {
		p.Env = map[string]string{"GODEBUG": changed}
	}
	return p, nil
}

// launchEnv returns the environment in which Delve builds and runs what a
// launch request asks for, and its GODEBUG.
func launchEnv(env []string, changes map[string]*string) (changed []string, godebug string) {
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		if _, ok := changes[name]; ok {
			continue
		}
		changed = append(changed, entry)
		if name == "GODEBUG" {
			godebug = value
		}
	}
	for name, value := range changes {
		if value == nil {
			continue // unset
		}
		changed = append(changed, name+"="+*value)
		if name == "GODEBUG" {
			godebug = *value
		}
	}
	return changed, godebug
}

// assert that what is read through a DAP connection and what is read in this
// process are the same to the reader.
var (
	_ goruntime.Session = (*dapproxy.Injector)(nil)
	_ dapproxy.Chains   = (*goruntime.Reader)(nil)
)

package delve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/stitch"
	"github.com/go-delve/delve/pkg/logflags"
	"github.com/go-delve/delve/pkg/proc"
	proccore "github.com/go-delve/delve/pkg/proc/core"
	"github.com/go-delve/delve/pkg/terminal"
	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/debugger"
	"github.com/go-delve/delve/service/rpc2"
	"github.com/go-delve/delve/service/rpccommon"
	"github.com/mattn/go-isatty"
)

// A Program is what a session debugs: a binary that a [Build] made, one that
// was there before, a running process, or a core file.
type Program struct {
	Args     []string // path of the binary, then the program's arguments
	Packages []string // what a Build made the binary from, for the rebuild command
	Built    bool     // a Build made the binary
	Test     bool     // the binary is a test binary
	Core     string   // path of a core file of the binary
	Attach   Attach   // the process, where there is one already
}

// Attach says which running process to debug; the zero value, none.
type Attach struct {
	PID     int
	WaitFor string // wait for a process whose name begins so

	Interval time.Duration // between two looks at the list of processes
	Timeout  time.Duration // how long to wait for it; 0: for ever

	// Ancestors is how many generations of spawners the runtime is told to
	// record while Delve is attached; 0: the process is left as it is.
	Ancestors int
}

func (a Attach) is() bool { return a.PID != 0 || a.WaitFor != "" }

// Show writes what a terminal's commands show, for people to read.
type Show interface {
	Stack(w io.Writer, s stitch.Stack) error
	// Goroutines writes a line of a listing, and Stacks the stack that it has.
	Goroutines(w io.Writer, l Listed) error
	Stacks(w io.Writer, l Listed) error
	// Tree writes so many levels of a spawn tree, or all (0).
	Tree(w io.Writer, top *stitch.Node, depth int) error
	Labels(w io.Writer, l stitch.Labels) error
}

// Check tells whether the options make sense, before anything is built.
func (o Options) Check() error {
	if o.APIVersion != 1 && o.APIVersion != 2 {
		return fmt.Errorf("unknown API version %d", o.APIVersion)
	}
	if o.WorkingDir != "" {
		info, err := os.Stat(o.WorkingDir)
		if err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is not a folder", o.WorkingDir)
		}
		if err != nil {
			return fmt.Errorf("going to the working directory: %w", err)
		}
	}
	_, err := o.redirects()
	return err
}

// CheckTerminal is Check for [Debug]. The rules are dlv's.
func (o Options) CheckTerminal() error {
	if o.Continue && !o.Headless {
		return errors.New("--continue only works with --headless; use an init file")
	}
	if o.Continue && !o.AcceptMulticlient {
		return errors.New("--continue requires --accept-multiclient")
	}
	if err := o.Check(); err != nil {
		return err
	}
	if o.Headless || o.AllowNonTerminalInteractive {
		return nil
	}
	for _, f := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		if !isatty.IsTerminal(f.Fd()) {
			return fmt.Errorf("%s is not a terminal, use '-r' to specify redirects for the target process or --allow-non-terminal-interactive=true if you really want to specify a redirect for dlvx", f.Name())
		}
	}
	return nil
}

// Debug runs a debug session of p in Delve's terminal with stitched stacks. It
// returns when the user ends the session, or when ctx ends; the program is then
// gone, or let go if it was attached to. SIGINT is the terminal's own: it halts
// the program.
//
// The status is the exit status of dlv; an error is to be reported besides.
func Debug(ctx context.Context, o Options, p Program, show Show, log *slog.Logger) (status int, err error) {
	if o.AcceptMulticlient {
		log.Warn("--accept-multiclient is ignored without --headless")
		o.AcceptMulticlient = false // it would keep the server from ending
	}
	listener, conn := service.ListenerPipe()
	defer listener.Close()
	server, err := o.start(p, listener, proc.OutputRedirect{}, nil)
	if err != nil {
		return 1, err
	}
	rpc := rpc2.NewClientFromConn(conn)
	t := terminalSession{
		client: rpc, rpc: rpc, init: o.Init, show: show, log: log,
		end: func() error { return stop(server) },
	}
	if o.Backend != "rr" { // there is no program yet, but a recording in the making
		t.look = func() (goruntime.Session, error) {
			d, err := debuggerOf(server)
			if err != nil {
				return nil, err
			}
			return NewDebuggerSession(d), nil
		}
	}
	if !p.Attach.is() {
		return t.run(ctx)
	}
	client := t.client
	ancestry := &ancestry{client: client}
	t.attached = true
	ending := detachingClient{client, ancestry.off}
	t.client = detachingClient{client, func() error { // the program stands still
		err := ancestry.off()
		if d, noDebugger := debuggerOf(server); noDebugger == nil {
			letGo(d)
		}
		return err
	}}
	// Delve's server would kill a process that was waited for.
	t.end = func() error {
		return bounded(func() error {
			// The signal that halts would kill one that is let go before it comes.
			if state, err := client.GetStateNonBlocking(); err == nil && state.Running {
				if _, err := client.Halt(); err != nil {
					return errors.Join(err, ending.Detach(false))
				}
			}
			return ending.Detach(false)
		})
	}
	if p.Attach.Ancestors > 0 {
		if err := ancestry.on(p.Attach.Ancestors); err != nil {
			return 1, errors.Join(err, t.end())
		}
	}
	status, err = t.run(ctx)
	if err != nil && ctx.Err() == nil {
		// The terminal gave up without having let go, as where nobody answers
		// what is to become of the process. Delve's breakpoints would stay in it.
		err = errors.Join(err, t.end())
	}
	return status, err
}

// A terminalSession is one run of Delve's terminal.
type terminalSession struct {
	client   service.Client
	rpc      *rpc2.RPCClient // that client is, or goes through
	init     string
	attached bool // by dlv attach
	show     Show
	log      *slog.Logger
	end      func() error // ends the session when ctx does

	// look looks into the selected process without the client, which is faster,
	// and knows the time; nil: where that does not go. The program stands still.
	look func() (goruntime.Session, error)
}

func (s terminalSession) run(ctx context.Context) (status int, err error) {
	client := newStitchClient(s.client, s.look, s.log)
	term := terminal.New(client, loadConfig(), s.attached)
	term.InitFile = s.init
	out, err := redirect(term, os.Stdout)
	if err != nil {
		s.log.Info("separators are not set off in a pager", "why", err)
	}
	out.listing = client.listing.Load
	client.term = term
	addCommands(client, s.rpc, s.show)

	type end struct {
		status int
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		status, err := term.Run()
		ended <- end{status, err}
	}()
	select {
	case e := <-ended:
		return e.status, e.err
	case <-ctx.Done():
		err := s.end()
		term.Close() // gives the terminal back its modes
		return 1, errors.Join(context.Cause(ctx), err)
	}
}

// SplitNetwork splits an address in dlv's form, host:port or unix:path, into
// what package net takes.
func SplitNetwork(addr string) (network, address string) {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return "unix", path
	}
	return "tcp", addr
}

// start starts the program, stopped at its entry, under a debugger that serves
// the connections of the listener. stdout replaces where the program's output
// goes, unless the options redirect it. disconnected, which may be nil, is
// closed when the client of a single-client server leaves.
func (o Options) start(p Program, listener net.Listener, stdout proc.OutputRedirect, disconnected chan struct{}) (*rpccommon.ServerImpl, error) {
	redirects, err := o.redirects()
	if err != nil {
		return nil, err
	}
	if redirects[1] != "" {
		stdout = proc.OutputRedirect{Path: redirects[1]}
	}
	kind := debugger.ExecutingOther
	switch {
	case p.Test:
		kind = debugger.ExecutingGeneratedTest
	case p.Built:
		kind = debugger.ExecutingGeneratedFile
	case len(p.Args) > 0 && p.Core == "" && !p.Attach.is():
		kind = debugger.ExecutingExistingFile
	}
	dir := o.WorkingDir
	if dir == "" {
		dir = "."
	}
	cfg := &service.Config{
		Listener:           listener,
		ProcessArgs:        p.Args,
		AcceptMulti:        o.AcceptMulticlient,
		APIVersion:         o.APIVersion,
		CheckLocalConnUser: o.OnlySameUser,
		DisconnectChan:     disconnected,
		Debugger: debugger.Config{
			AttachPid:             p.Attach.PID,
			AttachWaitFor:         p.Attach.WaitFor,
			AttachWaitForInterval: float64(p.Attach.Interval) / float64(time.Millisecond),
			AttachWaitForDuration: float64(p.Attach.Timeout) / float64(time.Millisecond),
			CoreFile:              p.Core,
			WorkingDir:            dir,
			Backend:               o.Backend,
			Foreground:            o.Headless && o.TTY == "",
			Packages:              p.Packages,
			BuildFlags:            o.BuildFlags,
			ExecuteKind:           kind,
			DebugInfoDirectories:  loadConfig().DebugInfoDirectories,
			CheckGoVersion:        o.CheckGoVersion,
			TTY:                   o.TTY,
			Stdin:                 redirects[0],
			Stdout:                stdout,
			Stderr:                proc.OutputRedirect{Path: redirects[2]},
			DisableASLR:           o.DisableASLR,
			RrDelOnDetach:         o.RRCleanup,
			RrOnProcessPid:        o.RROnProcess,
		},
	}
	// Delve says that it listens before the program is there. A client that takes
	// it at its word would have to wait; only for a process that is yet to start
	// there is no other time to say it.
	foreground := cfg.Debugger.Foreground
	early := p.Attach.WaitFor != ""
	cfg.Debugger.Foreground = foreground && early
	server := rpccommon.NewServer(cfg)
	cfg.Debugger.Foreground = foreground
	if err := server.Run(); err != nil {
		// Delve keeps its text only.
		if strings.HasSuffix(err.Error(), api.ErrNotExecutable.Error()) && len(p.Args) > 0 {
			if p.Built {
				return nil, notBuiltHere(p.Args[0])
			}
			return nil, fmt.Errorf("%s is not executable", p.Args[0])
		}
		switch {
		case o.Backend == "rr" && strings.HasSuffix(err.Error(), "backend unavailable"):
			return nil, errors.New("--backend rr needs rr, which is not installed: see https://rr-project.org")
		case p.Attach.PID != 0:
			return nil, explainAttach(p.Attach.PID, err)
		case p.Core != "" && o.Backend != "rr" && (strings.HasSuffix(err.Error(), proccore.ErrUnrecognizedFormat.Error()) ||
			strings.HasSuffix(err.Error(), "is not a core file")): // of an executable
			return nil, fmt.Errorf("%s is no core file: give the executable first, and then the core file of it", p.Core)
		}
		return nil, err
	}
	if p.Core != "" && o.Backend != "rr" {
		// What cannot be checked is as Delve has it.
		if d, err := debuggerOf(server); err == nil && len(p.Args) > 0 {
			if err := checkCore(d, p.Args[0], p.Core); err != nil {
				return nil, errors.Join(err, stop(server))
			}
		}
	}
	if foreground && !early {
		logflags.WriteAPIListeningMessage(listener.Addr())
	}
	return server, nil
}

// debuggerOf returns the debugger of a server, which Delve keeps to itself.
func debuggerOf(server *rpccommon.ServerImpl) (*debugger.Debugger, error) {
	return unexported[*debugger.Debugger](server, "debugger")
}

// stopTimeout bounds how long a program that is to be killed may hold up the
// end of dlvx.
const stopTimeout = 5 * time.Second

// stop kills the program, or lets go of it if it was attached to, and ends its server.
func stop(server *rpccommon.ServerImpl) error {
	return bounded(func() error {
		if d, err := debuggerOf(server); err == nil && d != nil {
			letGo(d)
		}
		return server.Stop()
	})
}

// bounded does what ends a session, unless that takes too long.
func bounded(end func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	select {
	case err := <-ended:
		if errors.As(err, new(proc.ErrProcessExited)) {
			return nil
		}
		return err
	case <-time.After(stopTimeout):
		return fmt.Errorf("the program could not be stopped within %s", stopTimeout)
	}
}

// chains is what the terminal asks a [goruntime.Reader].
type chains interface {
	Chain(goid int64, limit int) (stitch.Chain, error)
	Goroutines(ctx context.Context) ([]stitch.Goroutine, error)
	Labels(ctx context.Context) (stitch.Labels, error)
	State(goid int64) (stitch.State, error)
	Reset()
}

// newReader returns what reads the process that is selected.
func newReader(c service.Client, look func() (goruntime.Session, error), log *slog.Logger) chains {
	if look != nil {
		session, err := look()
		if err == nil {
			return goruntime.NewReader(session, log)
		}
		log.Info("reading the program through Delve's client", "why", err)
	}
	return goruntime.NewReader(NewClientSession(c), log)
}

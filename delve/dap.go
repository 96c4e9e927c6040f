package delve

import (
	"errors"
	"io"
	"sync"

	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/dap"
	"github.com/go-delve/delve/service/debugger"
)

// DAPConfig is what of a DAP session does not come with its launch or attach
// request: the flags of `dlv dap`.
type DAPConfig struct {
	CheckGoVersion       bool
	DisableASLR          bool
	DebugInfoDirectories []string
}

// A DAPSession is Delve's DAP server for one client, in this process.
type DAPSession struct {
	session *dap.Session
	stop    chan struct{}
	close   sync.Once
}

// NewDAPSession returns a session that talks to its client over conn, which
// it owns. Call Serve, then Close.
func NewDAPSession(conn io.ReadWriteCloser, cfg DAPConfig) *DAPSession {
	stop := make(chan struct{})
	session := dap.NewSession(conn, &dap.Config{
		Config: &service.Config{Debugger: debugger.Config{
			Backend:              "default",
			Foreground:           true, // there is no terminal client
			DebugInfoDirectories: cfg.DebugInfoDirectories,
			CheckGoVersion:       cfg.CheckGoVersion,
			DisableASLR:          cfg.DisableASLR,
		}},
		StopTriggered: stop,
	}, nil)
	return &DAPSession{session: session, stop: stop}
}

// Serve answers the client until it disconnects or the connection ends.
func (s *DAPSession) Serve() { s.session.ServeDAPCodec() }

// Close ends the session: a launched program is killed and its temporary
// binary removed, an attached one is let go. It may be called at any time, and
// more than once.
func (s *DAPSession) Close() {
	s.close.Do(func() {
		close(s.stop)
		s.LetGo()
		s.session.Close()
	})
}

// LetGo makes a process that the session has attached to ready to be left. It is
// called before Delve is asked to leave it, and takes two seconds at most.
func (s *DAPSession) LetGo() {
	lock, err := unexportedVar[sync.Mutex](s.session, "mu")
	if err != nil || !lock.TryLock() {
		return // it is still attaching
	}
	d, err := unexported[*debugger.Debugger](s.session, "debugger")
	lock.Unlock()
	if err == nil && d != nil {
		letGo(d)
	}
}

// Target looks into the program of the session. It may be called once the
// client has got an `initialized` event: before that there is none.
//
// Delve keeps the debugger of a session that began with a launch or attach
// request to itself, and rejects these requests in a session that is given a
// debugger from outside. Where it is not to be had, the injected requests of
// package dapproxy do instead.
func (s *DAPSession) Target() (*DebuggerSession, error) {
	d, err := unexported[*debugger.Debugger](s.session, "debugger")
	switch {
	case err != nil:
		return nil, err
	case d == nil:
		return nil, errors.New("the DAP session has no program yet")
	}
	return NewDebuggerSession(d), nil
}

package delve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/service/debugger"
	"github.com/go-delve/delve/service/rpc2"
	"github.com/go-delve/delve/service/rpccommon"
)

// FrontDAP puts something between the client of a DAP session of a headless
// server and Delve: it returns the connection that Delve is to serve in place
// of the client's. It owns both.
type FrontDAP func(client io.ReadWriteCloser, p Served) io.ReadWriteCloser

// Served is the program of a headless server. Its methods wait until there is one.
type Served struct {
	debugger func() (*debugger.Debugger, error)
}

// Target looks into the program. It waits while that runs.
func (p Served) Target() (*DebuggerSession, error) {
	d, err := p.debugger()
	if err != nil {
		return nil, err
	}
	return NewDebuggerSession(d), nil
}

// Stop identifies the stop of the program, which any client may have let run: id is
// one value, which can be compared, as long as it stands still, and another at the
// next stop; nil where that is not to be told. stopped is false while it runs. Stop
// does not wait for that.
func (p Served) Stop() (id any, stopped bool) {
	d, err := p.debugger()
	if err != nil {
		return nil, true
	}
	return stopOf(d)
}

// Headless serves Delve's JSON-RPC and DAP to whoever connects, as dlv
// --headless does: one client, or with --accept-multiclient many. DAP sessions
// go through front; JSON-RPC is Delve's own, whose clients stitch for
// themselves ([Connect]).
//
// It returns when the client ends the session, or when ctx ends. The program is
// then gone, or let go if it was attached to.
func Headless(ctx context.Context, o Options, p Program, front FrontDAP) error {
	if o.Init != "" {
		fmt.Fprintln(os.Stderr, "Warning: init file ignored with --headless")
	}
	network, addr := SplitNetwork(o.Listen)
	listener, err := net.Listen(network, addr)
	if err != nil {
		return fmt.Errorf("could not start listener: %w", err)
	}
	defer listener.Close()
	disconnected := make(chan struct{})
	// A client may be there before start has returned.
	started := make(chan *rpccommon.ServerImpl, 1)
	served := Served{func() (*debugger.Debugger, error) {
		server := <-started
		started <- server
		return debuggerOf(server)
	}}
	server, err := o.start(p, &frontListener{listener, func(client io.ReadWriteCloser) io.ReadWriteCloser {
		return front(client, served)
	}}, proc.OutputRedirect{}, disconnected)
	if err != nil {
		return err
	}
	started <- server
	if o.Continue {
		conn, err := net.Dial(network, listener.Addr().String())
		if err != nil {
			return errors.Join(fmt.Errorf("continuing the program: %w", err), stop(server))
		}
		if err := rpc2.NewClientFromConn(conn).Disconnect(true); err != nil {
			return errors.Join(fmt.Errorf("continuing the program: %w", err), stop(server))
		}
	}
	select {
	case <-disconnected:
	case <-ctx.Done():
	}
	return stop(server)
}

// A frontListener accepts connections that find out with their first byte
// whether their client speaks DAP.
type frontListener struct {
	net.Listener
	front func(io.ReadWriteCloser) io.ReadWriteCloser
}

func (l *frontListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &frontConn{Conn: c, front: l.front}, nil
}

// A frontConn is the client's connection until something is read from it, and
// then, if that is DAP, what the front makes of it. Delve reads before all else
// (rpccommon's serveConnectionDemux), and on a goroutine of its own, so that a
// client that says nothing holds up no other.
type frontConn struct {
	net.Conn
	front func(io.ReadWriteCloser) io.ReadWriteCloser
	once  sync.Once
	to    io.ReadWriteCloser
}

func (c *frontConn) behind() io.ReadWriteCloser {
	c.once.Do(func() {
		client := peeked{bufio.NewReader(c.Conn), c.Conn}
		c.to = client
		// Delve's own rule: DAP's messages begin with Content-Length.
		if b, err := client.Peek(1); err == nil && b[0] == 'C' {
			c.to = c.front(client)
		}
	})
	return c.to
}

func (c *frontConn) Read(p []byte) (int, error)  { return c.behind().Read(p) }
func (c *frontConn) Write(p []byte) (int, error) { return c.behind().Write(p) }

// Close is called for a connection that is refused, too: nothing was read then.
func (c *frontConn) Close() error {
	c.once.Do(func() { c.to = c.Conn })
	return c.to.Close()
}

// peeked is a connection whose first bytes have been read ahead.
type peeked struct {
	*bufio.Reader
	io.WriteCloser
}

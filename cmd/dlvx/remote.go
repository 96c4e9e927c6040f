package main

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/dlvx/dlvx/dapproxy"
	"github.com/dlvx/dlvx/delve"
)

// A remote is a headless Delve elsewhere, whose DAP a client talks to through
// the proxy.
type remote struct {
	mu   sync.Mutex
	addr string        // "": the session is with the Delve in this process
	side *delve.Remote // the second connection, for questions; nil: none
}

// dial connects to the DAP of the Delve at an address in dlv's form.
func (r *remote) dial(ctx context.Context, addr string) (io.ReadWriteCloser, error) {
	conn, err := delve.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addr = addr
	return conn, nil
}

// newChains returns the reader of the Delve's program: over a second connection
// where it takes one, else through the client's. ok is false where the session is
// with the Delve in this process.
func (r *remote) newChains(ctx context.Context, inj *dapproxy.Injector) (c dapproxy.Chains, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.addr == "" {
		return nil, false
	}
	if r.side == nil {
		side, err := delve.DialRemote(ctx, r.addr, consoleLog(inj))
		if err == nil && !side.Multi() { // it is not the one that the client is connected to
			err = errors.Join(errors.New("it takes one client only"), side.Close())
		}
		if err != nil {
			return newInjected(inj), true
		}
		r.side = side
	}
	return newChains(inj, r.side.Target), true
}

// close ends the second connection.
func (r *remote) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.side == nil {
		return nil
	}
	return r.side.Close()
}

// serveRemote serves one client with the DAP of a headless Delve. accept waits
// for the client; it returns nil where ctx ended first.
func serveRemote(ctx context.Context, addr string, accept func() (net.Conn, error), cfg dapproxy.Config) (err error) {
	var r remote
	server, err := r.dial(ctx, addr)
	if err != nil {
		return err
	}
	defer server.Close()
	defer func() { err = errors.Join(err, r.close()) }()
	client, err := accept()
	if err != nil || client == nil {
		return err
	}
	defer client.Close()
	cfg.NewChains = func(inj *dapproxy.Injector) dapproxy.Chains {
		chains, _ := r.newChains(ctx, inj)
		return chains
	}
	return dapproxy.Serve(ctx, client, server, cfg)
}

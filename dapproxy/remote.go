package dapproxy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/google/go-dap"
)

// remoteAddr returns the address of the debugger that an attach request wants
// to be debugged by: attributes "mode": "remote", "host" and "port", by the
// names that vscode-go has for them. ok is false where it names none: then it
// means the debugger that the session has already.
func remoteAddr(m message) (addr string, ok bool) {
	var c struct {
		Mode string
		Host string
		Port int
	}
	if m.arguments(&c) != nil || c.Mode != "remote" || c.Port <= 0 {
		return "", false
	}
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), true
}

// moveTimeout bounds how long a debugger elsewhere may take for its first
// answer: Delve listens before it has loaded its program, and one that takes a
// single client ends when that gives up. What speaks no DAP may say nothing. A
// client that disconnects is not kept.
const moveTimeout = 30 * time.Second

// move makes the debugger at the other end of conn the session's. It repeats
// the client's initialize request there, tells the client what that debugger
// can do, and lets go of the one before. It is called by the dispatcher, while
// the session has no target yet.
func (s *session) move(conn io.ReadWriteCloser) error {
	next := newPeer(conn)
	capabilities, err := s.introduce(next)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	s.sendClient(newMessage(&dap.CapabilitiesEvent{
		Event: newEvent("capabilities"), Body: dap.CapabilitiesEventBody{Capabilities: capabilities},
	}), nil)
	before := s.server.Swap(next)
	for _, r := range s.pending.drain() {
		s.unanswered(r)
	}
	s.async(func() { s.readServer(next) })
	if err := before.conn.Close(); err != nil {
		s.log.Debug("closing the connection to the debugger", "error", err)
	}
	if s.ctx.Err() != nil {
		// The session ended meanwhile, and has closed only the one before.
		return errors.Join(context.Cause(s.ctx), conn.Close())
	}
	return nil
}

// introduce sends a debugger the client's initialize request and returns its
// answer.
func (s *session) introduce(p *peer) (c dap.Capabilities, err error) {
	ctx, cancel := context.WithTimeoutCause(s.staying, moveTimeout, errors.New("it does not answer"))
	defer cancel()
	defer context.AfterFunc(ctx, func() { p.conn.Close() })()
	defer func() {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}()
	if err := p.send(s.initialize, 0, nil); err != nil {
		return c, err
	}
	for {
		body, err := readBody(p.in)
		if err != nil {
			return c, err
		}
		m, err := parseMessage(body)
		if err != nil {
			return c, err
		}
		if m.kind != "response" || m.command != "initialize" {
			continue
		}
		at, _ := m.fields.get("body")
		if !m.success {
			return c, fmt.Errorf("initialize: %s", errorText(m, at))
		}
		if body, err := scanObject(m.body, at); err == nil {
			_, ok := body.get(dlvxMember)
			s.stitched.Store(ok)
		}
		// What a later release can do that go-dap does not know is not told.
		return c, json.NewDecoder(bytes.NewReader(at.of(m.body))).Decode(&c)
	}
}

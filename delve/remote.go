package delve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/go-delve/delve/service/rpc2"
)

// Connect runs Delve's terminal with stitched stacks on a headless server, dlv's
// or dlvx's. Where ctx ends the session, the program stays with its server.
func Connect(ctx context.Context, o Options, addr string, show ShowStack, log *slog.Logger) (status int, err error) {
	client, conn, multi, err := dialRPC(ctx, addr)
	if err != nil {
		return 1, err
	}
	if multi {
		// An error is that of a program that has exited, or comes again later.
		if state, _ := client.GetStateNonBlocking(); state != nil && state.Running {
			if _, err := client.Halt(); err != nil {
				return 1, fmt.Errorf("halting the program: %w", err)
			}
		}
	}
	t := terminalSession{client: client, init: o.Init, show: show, log: log, end: conn.Close}
	return t.run(ctx)
}

// Remote is a headless server as a second client of it sees it, beside the one
// that has the program stop and run.
type Remote struct {
	client *rpc2.RPCClient
	conn   net.Conn
}

// DialRemote connects to a headless server that accepts many clients.
func DialRemote(ctx context.Context, addr string) (*Remote, error) {
	client, conn, multi, err := dialRPC(ctx, addr)
	if err != nil {
		return nil, err
	}
	if !multi {
		return nil, errors.Join(fmt.Errorf("the server at %s accepts one client only", addr), conn.Close())
	}
	return &Remote{client, conn}, nil
}

// Close ends the connection and leaves the program as it is.
func (r *Remote) Close() error { return r.conn.Close() }

// Target looks into the process that is selected now. It may be called only
// while the program is stopped.
func (r *Remote) Target() (*ClientSession, error) {
	state, err := r.client.GetStateNonBlocking()
	switch {
	case err != nil:
		return nil, err
	case state.Running:
		return nil, errors.New("the program is running")
	}
	s := NewClientSession(r.client)
	s.pid = state.Pid
	return s, nil
}

// answerTimeout bounds how long a headless server may take to say that it is
// one, for which it need not ask its program.
const answerTimeout = 1500 * time.Millisecond

// loadingTimeouts is how many of them a server gets that has not taken the
// connection yet, or of which that is not known: Delve listens before it has
// loaded its program. Giving up would end a server that takes one client only.
const loadingTimeouts = 20

// Dial connects to a headless server, whose address is in dlv's form.
func Dial(ctx context.Context, addr string) (net.Conn, error) {
	network, address := SplitNetwork(addr)
	dialer := net.Dialer{Timeout: answerTimeout}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("connecting to the debug server: %w; start one with dlvx exec --headless --listen=%s", err, addr)
	}
	return conn, nil
}

// dialRPC connects to a headless server's JSON-RPC. multi tells whether it
// accepts many clients.
func dialRPC(ctx context.Context, addr string) (client *rpc2.RPCClient, conn net.Conn, multi bool, err error) {
	if conn, err = Dial(ctx, addr); err != nil {
		return nil, nil, false, err
	}
	if multi, err = introduce(conn); err == nil {
		err = conn.SetDeadline(time.Time{})
	}
	if err != nil {
		err = fmt.Errorf("connecting to the debug server: what listens at %s does not answer as a headless Delve does: %w", addr, err)
		return nil, nil, false, errors.Join(err, conn.Close())
	}
	return rpc2.NewClientFromConn(conn), conn, multi, nil
}

// introduce asks a server whether it accepts many clients. Delve's own client
// would not say why there is no answer.
func introduce(conn net.Conn) (multi bool, err error) {
	in := bufio.NewReader(conn)
	answers := json.NewDecoder(in)
	// Old releases know the second method only after the first.
	for id, call := range []string{
		`{"method":"RPCServer.SetApiVersion","params":[{"APIVersion":2}],"id":%d}`,
		`{"method":"RPCServer.IsMulticlient","params":[{}],"id":%d}`,
	} {
		if _, err := fmt.Fprintf(conn, call+"\n", id); err != nil {
			return false, err
		}
		if err := await(conn, in); err != nil {
			return false, err
		}
		var answer struct {
			ID     *int
			Result struct{ IsMulticlient bool }
			Error  any
		}
		err := answers.Decode(&answer)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return false, errors.New("it does not go on")
		case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
			return false, errors.New("it hangs up")
		case err != nil:
			return false, err
		case answer.Error != nil:
			return false, fmt.Errorf("%v", answer.Error)
		case answer.ID == nil || *answer.ID != id:
			return false, errors.New("that was no answer")
		}
		multi = answer.Result.IsMulticlient
	}
	return multi, nil
}

// await waits until the server says something. What it says has to be read
// within another answerTimeout.
func await(conn net.Conn, in *bufio.Reader) error {
	for range loadingTimeouts {
		if err := conn.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
			return err
		}
		_, err := in.Peek(1)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return nil // the decoder says what else is wrong
		}
		if taken, known := accepted(conn); taken && known {
			return errors.New("it says nothing")
		}
	}
	return errors.New("nobody takes the connection")
}

// Pid returns the id of the process that s was made for.
func (s *ClientSession) Pid() int { return s.pid }

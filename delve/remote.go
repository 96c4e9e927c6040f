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
	"sync"
	"syscall"
	"time"

	"github.com/go-delve/delve/service/rpc2"
)

// Remote is a headless server, dlv's or dlvx's, as one of its clients sees it.
type Remote struct {
	client *rpc2.RPCClient
	conn   net.Conn
	multi  bool
}

// DialRemote connects to a headless server, whose address is in dlv's form. One
// that takes its time is waited for, as Delve listens before it has loaded its
// program; log tells the user of it.
func DialRemote(ctx context.Context, addr string, log *slog.Logger) (*Remote, error) {
	conn, err := Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	ended := context.AfterFunc(ctx, func() { conn.Close() })
	multi, err := introduce(conn, func() { log.Warn("waiting for an answer", "from", addr) })
	if err == nil {
		err = conn.SetDeadline(time.Time{})
	}
	if !ended() {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		err = fmt.Errorf("connecting to the debug server: what listens at %s does not answer as a headless Delve does: %w", addr, err)
		return nil, errors.Join(err, conn.Close())
	}
	return &Remote{rpc2.NewClientFromConn(conn), conn, multi}, nil
}

// Multi tells whether the server accepts many clients.
func (r *Remote) Multi() bool { return r.multi }

// Terminal runs Delve's terminal with stitched stacks on the server. Where ctx
// ends the session, the program stays with its server. Status and error are as
// those of [Debug].
func (r *Remote) Terminal(ctx context.Context, o Options, show Show, log *slog.Logger) (status int, err error) {
	if r.multi {
		// An error is that of a program that has exited, or comes again later.
		if state, _ := r.client.GetStateNonBlocking(); state != nil && state.Running {
			if _, err := r.client.Halt(); err != nil {
				return 1, fmt.Errorf("halting the program: %w", err)
			}
		}
	}
	t := terminalSession{client: r.client, rpc: r.client, init: o.Init, show: show, log: log, end: r.conn.Close}
	return t.run(ctx)
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

// How long a headless server may take to say that it is one, for which it need
// not ask its program. Delve listens before it has loaded its program; giving up
// then would end a server that takes one client only.
const (
	// silence is for one that has taken the connection, twice.
	silence = 700 * time.Millisecond
	// loading is for one that has not: it will.
	loading = 30 * time.Second
	// elsewhere is for one of which that is not known.
	elsewhere = 10 * time.Second
	// dialling is for the network.
	dialling = 1500 * time.Millisecond
)

// Dial connects to a headless server, whose address is in dlv's form.
func Dial(ctx context.Context, addr string) (net.Conn, error) {
	network, address := SplitNetwork(addr)
	dialer := net.Dialer{Timeout: dialling}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("connecting to the debug server: %w; start one with dlvx exec --headless --listen=%s", err, addr)
	}
	return conn, nil
}

// introduce asks a server whether it accepts many clients. Delve's own client
// would not say why there is no answer. slow is called once where it takes long.
func introduce(conn net.Conn, slow func()) (multi bool, err error) {
	slow = sync.OnceFunc(slow)
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
		if err := await(conn, in, slow); err != nil {
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

// await waits until the server says something. The rest of what it says has to
// be there soon.
func await(conn net.Conn, in *bufio.Reader, slow func()) error {
	for waited, before := time.Duration(0), false; ; {
		if err := conn.SetDeadline(time.Now().Add(silence)); err != nil {
			return err
		}
		if _, err := in.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
			return conn.SetDeadline(time.Now().Add(dialling)) // the decoder says what else is wrong
		}
		waited += silence
		taken, known := accepted(conn)
		switch {
		case taken && before:
			return errors.New("it says nothing")
		case known && waited >= loading:
			return errors.New("nobody takes the connection")
		case !known && waited >= elsewhere:
			return fmt.Errorf("it has said nothing for %s; a Delve that loads its program for longer is to be tried again", elsewhere)
		case !taken:
			slow()
		}
		before = taken
	}
}

// Pid returns the id of the process that s was made for.
func (s *ClientSession) Pid() int { return s.pid }

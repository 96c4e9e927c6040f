package dapproxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/google/go-dap"
)

// maxQueue bounds the client's messages that wait for the dispatcher.
const maxQueue = 1024

var (
	errClientGone = errors.New("the client closed the connection")
	errServerGone = errors.New("the debugger closed the connection")
)

// Serve forwards messages between a client and a Delve until one of them
// closes its connection or ctx is done, and closes both. What becomes of the
// target when its connection is closed is Delve's own rule.
//
// It returns nil where a side ended the session in the protocol's way, between
// two messages.
func Serve(ctx context.Context, client, server io.ReadWriteCloser, cfg Config) error {
	s := &session{
		cfg:      cfg,
		log:      cfg.Log,
		client:   newPeer(client),
		queue:    make(chan message, maxQueue),
		options:  cfg.options(),
		reverse:  map[int64]int64{},
		reported: map[string]bool{},
		asked:    map[int64]context.CancelCauseFunc{},
	}
	s.server.Store(newPeer(server))
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s.run(ctx)
}

// A session is one connection's worth of state.
type session struct {
	cfg    Config
	log    *slog.Logger
	client *peer
	server atomic.Pointer[peer] // another one after an attach to a debugger elsewhere

	ctx  context.Context // done when the session is over
	end  context.CancelCauseFunc
	work sync.WaitGroup // the goroutines that async started

	queue   chan message
	staying context.Context // done when the client disconnects or goes away
	leave   context.CancelFunc

	initialize message // the client's request, once it has been dispatched

	pending   table
	gate      gate
	noExamine atomic.Bool  // this Delve has no command that shows memory
	stitched  atomic.Bool  // the debugger is a dlvx itself: all that is done here is done there
	building  atomic.Bool  // the client has been told so
	unhalted  atomic.Bool  // attached, and Delve has not halted the target since, as far as is known
	targets   atomic.Int64 // counts initialized events: a restart makes a new target

	// Added frames and the scopes on them take their numbers here.
	lastID atomic.Int64
	// Groups and nodes of spawn trees take theirs here.
	lastListed atomic.Int64

	tailsMu sync.Mutex // held while a chain is read for a stack
	encoded encodedFrames

	chainsMu     sync.RWMutex // held for reading while chains is asked
	chains       Chains
	chainsTarget int64 // of which target
	chainsStop   *stop // of which stop its caches are

	mu       sync.Mutex
	options  options
	reverse  map[int64]int64                   // the server's requests: number at the client -> at the server
	reported map[string]bool                   // kinds of failure that have been logged
	settle   func()                            // see Prepared; nil: nothing is watched
	over     bool                              // the client has seen, or asked for, the end of the target
	asked    map[int64]context.CancelCauseFunc // the client's dlvx requests that are not answered, by number
}

func (s *session) run(ctx context.Context) error {
	s.ctx, s.end = context.WithCancelCause(ctx)
	s.staying, s.leave = context.WithCancel(s.ctx)
	defer s.leave()
	s.gate.ctx, s.gate.look = s.ctx, s.cfg.Stop

	var sides sync.WaitGroup
	sides.Go(s.readClient)
	sides.Go(s.dispatchAll)
	sides.Go(func() { s.readServer(s.server.Load()) })
	<-s.ctx.Done()
	s.server.Load().conn.Close()
	s.client.finish()
	sides.Wait()
	s.client.conn.Close()
	s.pending.close()
	s.work.Wait()

	cause := context.Cause(s.ctx)
	if errors.Is(cause, errClientGone) || errors.Is(cause, errServerGone) {
		return nil
	}
	return cause
}

// async runs f on a goroutine that Serve waits for. It is called by goroutines
// that Serve waits for, too.
func (s *session) async(f func()) { s.work.Go(f) }

// report logs a failure that the client does not see: the first of its kind as
// a warning, the others for those who look closely.
func (s *session) report(kind string, args ...any) {
	s.mu.Lock()
	level := slog.LevelWarn
	if s.reported[kind] {
		level = slog.LevelDebug
	}
	s.reported[kind] = true
	s.mu.Unlock()
	s.log.Log(context.Background(), level, kind, args...)
}

// readClient queues what the client sends. What comes after the end is dropped.
func (s *session) readClient() {
	defer s.client.drain()
	defer close(s.queue)
	for {
		body, err := readBody(s.client.in)
		if err != nil {
			s.clientEnded(err)
			return
		}
		if !json.Valid(body) {
			// Delve, too, hangs up on such a client without another word.
			s.end(fmt.Errorf("reading from the client: malformed DAP message: %.60q is not JSON", body))
			return
		}
		m, err := parseMessage(body)
		if _, ok := m.fields.get("seq"); err == nil && !ok {
			err = errors.New("malformed DAP message: seq is missing")
		}
		if err != nil {
			// The next message can still be found: go on.
			s.log.Warn("dropping a message of the client", "error", err)
			s.respond(malformedError(m, err))
			continue
		}
		if m.kind == "request" && m.command == "disconnect" {
			s.leave()
		}
		select {
		case s.queue <- m:
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *session) clientEnded(err error) {
	s.leave()
	var malformed *framingError
	switch {
	case errors.As(err, &malformed):
		s.respond(malformedError(message{}, err))
		s.end(fmt.Errorf("reading from the client: %w", err))
	case errors.Is(err, io.ErrUnexpectedEOF):
		s.end(fmt.Errorf("reading from the client: %w", err))
	default:
		// The end, or a reset by an editor that has left answers unread. What
		// it has sent is still dispatched, and dispatchAll ends the session: a
		// disconnect may say what becomes of the target.
		s.log.Debug("reading from the client", "error", err)
	}
}

// readServer forwards what the server sends, in order.
func (s *session) readServer(server *peer) {
	for {
		body, err := readBody(server.in)
		if s.server.Load() != server {
			return // the session has moved to another debugger
		}
		if err != nil {
			s.serverEnded(err)
			return
		}
		m, err := parseMessage(body)
		if err != nil {
			s.log.Warn("dropping a message of the debugger", "error", err)
			continue
		}
		switch m.kind {
		case "response":
			s.answered(m)
		case "request":
			s.sendClient(m, func(seq int64) {
				s.mu.Lock()
				s.reverse[seq] = m.seq
				s.mu.Unlock()
			})
		default:
			s.settled(m.event)
			s.sendClient(s.observeEvent(m), nil)
		}
	}
}

// observeEvent follows the target's state through the events that pass by, and
// returns what the client is to get.
func (s *session) observeEvent(m message) message {
	switch m.event {
	case "stopped":
		s.halted(m)
		m, st := s.atMain(m)
		s.gate.stopped(st)
		return m
	case "continued":
		s.gate.shut()
	case "initialized": // also sent again after a restart
		s.gate.shut()
		s.targets.Add(1)
		s.setOver(false)
	case "exited":
		s.gate.shut()
	case "terminated":
		s.gate.shut()
		s.setOver(true)
	}
	return m
}

func (s *session) setOver(over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = over
}

// answered takes a response of the server to where it belongs.
func (s *session) answered(m message) {
	if m.command == "launch" {
		s.endBuild()
	}
	r := s.pending.take(m.requestSeq)
	if r == nil {
		s.report("dropping an answer to a request that nobody made", "request_seq", m.requestSeq, "command", m.command)
		return
	}
	if handled := r.answer != nil && r.answer(m); !handled && !r.own {
		s.answer(r.from, m)
	}
}

// answer sends the client the response to its request.
func (s *session) answer(to, response message) {
	s.check(s.client.send(response, to.seq, nil))
}

func (s *session) sendClient(m message, register func(int64)) {
	s.check(s.client.send(m, m.requestSeq, register))
}

// check ends the session when the client cannot be written to any more. While
// its last messages are dispatched it need not listen.
func (s *session) check(err error) {
	if err != nil && s.staying.Err() == nil {
		s.log.Debug("writing to the client", "error", err)
		s.end(errClientGone)
	}
}

// forward sends the client's request to the server. answer, unless nil, sees
// the answer first.
func (s *session) forward(m message, answer func(message) bool) {
	s.sendServer(m, &request{from: m, answer: answer})
}

func (s *session) sendServer(m message, r *request) {
	registered := false
	err := s.server.Load().send(m, m.requestSeq, func(seq int64) { registered = s.pending.add(seq, r) })
	switch {
	case !registered:
		s.unanswered(r)
	case err != nil:
		// The server's reader sees the end, too, and calls unanswered.
		s.log.Debug("writing to the debugger", "error", err)
	}
}

// unanswered ends a request that will not be answered.
func (s *session) unanswered(r *request) {
	if r.answer != nil {
		r.answer(message{})
	}
	if !r.own {
		s.fail(r.from, errInternal, "The debugger is gone", fmt.Sprintf("it closed the connection before it answered %q", r.from.command), false)
	}
}

// serverEnded tells the client what will not be answered, and ends the session.
func (s *session) serverEnded(err error) {
	if s.ctx.Err() != nil {
		return
	}
	s.gate.shut()
	for _, r := range s.pending.close() {
		s.unanswered(r)
	}
	// The answers that are being made still go out.
	select {
	case <-s.gate.drained():
	case <-s.ctx.Done():
	}
	s.mu.Lock()
	over := s.over
	s.mu.Unlock()
	if !over && s.targets.Load() > 0 {
		s.sendClient(newMessage(&dap.TerminatedEvent{Event: newEvent("terminated")}), nil)
	}
	if errors.Is(err, io.EOF) {
		s.end(errServerGone)
	} else {
		s.end(fmt.Errorf("reading from the debugger: %w", err))
	}
}

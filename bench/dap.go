package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-dap"
)

// A dapSession is one debug session with a `dap` server of its own, from the
// side of the editor. Requests are made one after the other.
type dapSession struct {
	server  *exec.Cmd
	stderr  bytes.Buffer
	conn    net.Conn
	reader  *bufio.Reader
	seq     int
	stopped []dap.StoppedEventBody // not waited for yet
}

// startDAP starts a server, and in it a program that stops at each pass of
// a line.
func (l *lab) startDAP(ctx context.Context, tool, program string, args []string, file string, line int) (_ *dapSession, err error) {
	s := &dapSession{server: l.command(ctx, tool, "dap", "--listen=127.0.0.1:0")}
	s.server.Stderr = &s.stderr
	out, err := s.server.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.server.Start(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	first, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(first), "DAP server listening at: ")
	if !ok {
		return nil, fmt.Errorf("starting %s dap: it printed %q: %w", tool, first, err)
	}
	if s.conn, err = net.Dial("tcp", address); err != nil {
		return nil, err
	}
	s.reader = bufio.NewReader(s.conn)

	launch, err := json.Marshal(map[string]any{
		"mode": "exec", "program": program, "args": args, "cwd": l.tmp,
	})
	if err != nil {
		return nil, err
	}
	for _, r := range []dap.RequestMessage{
		&dap.InitializeRequest{
			Request:   request("initialize"),
			Arguments: dap.InitializeRequestArguments{AdapterID: "go", PathFormat: "path", LinesStartAt1: true, ColumnsStartAt1: true},
		},
		&dap.LaunchRequest{Request: request("launch"), Arguments: launch},
		&dap.SetBreakpointsRequest{
			Request:   request("setBreakpoints"),
			Arguments: dap.SetBreakpointsArguments{Source: dap.Source{Path: file}, Breakpoints: []dap.SourceBreakpoint{{Line: line}}},
		},
		&dap.ConfigurationDoneRequest{Request: request("configurationDone")},
	} {
		if _, err := s.request(r); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func request(command string) dap.Request {
	return dap.Request{ProtocolMessage: dap.ProtocolMessage{Type: "request"}, Command: command}
}

// request makes a request and waits for its response, which is an error where
// it is not a success.
func (s *dapSession) request(r dap.RequestMessage) (dap.ResponseMessage, error) {
	s.seq++
	r.GetRequest().Seq = s.seq
	if err := dap.WriteProtocolMessage(s.conn, r); err != nil {
		return nil, fmt.Errorf("requesting %s: %w", r.GetRequest().Command, err)
	}
	for {
		m, err := s.read()
		if err != nil {
			return nil, fmt.Errorf("requesting %s: %w", r.GetRequest().Command, err)
		}
		response, ok := m.(dap.ResponseMessage)
		if !ok || response.GetResponse().RequestSeq != s.seq {
			continue
		}
		if !response.GetResponse().Success {
			text := response.GetResponse().Message
			if e, ok := m.(*dap.ErrorResponse); ok && e.Body.Error != nil {
				text = e.Body.Error.Format
			}
			return nil, fmt.Errorf("requesting %s: %s", r.GetRequest().Command, text)
		}
		return response, nil
	}
}

// waitStopped waits for the next stop and returns the goroutine that stopped.
func (s *dapSession) waitStopped() (int, error) {
	for len(s.stopped) == 0 {
		if _, err := s.read(); err != nil {
			return 0, fmt.Errorf("waiting for a stop: %w", err)
		}
	}
	event := s.stopped[0]
	s.stopped = s.stopped[1:]
	return event.ThreadId, nil
}

func (s *dapSession) read() (dap.Message, error) {
	m, err := dap.ReadProtocolMessage(s.reader)
	if err != nil {
		return nil, err
	}
	switch m := m.(type) {
	case *dap.StoppedEvent:
		s.stopped = append(s.stopped, m.Body)
	case *dap.TerminatedEvent:
		return nil, errors.New("the program ended")
	}
	return m, nil
}

// resume lets the program go on, by "continue" or "next", and waits for the
// next stop.
func (s *dapSession) resume(how string, thread int) (int, error) {
	var r dap.RequestMessage = &dap.ContinueRequest{Request: request(how), Arguments: dap.ContinueArguments{ThreadId: thread}}
	if how == "next" {
		r = &dap.NextRequest{Request: request(how), Arguments: dap.NextArguments{ThreadId: thread}}
	}
	if _, err := s.request(r); err != nil {
		return 0, err
	}
	return s.waitStopped()
}

// goOn lets the program run for a while: Delve forgets a pause that comes before
// the program has been resumed, which is after the response.
func (s *dapSession) goOn(thread int) error {
	_, err := s.request(&dap.ContinueRequest{Request: request("continue"), Arguments: dap.ContinueArguments{ThreadId: thread}})
	time.Sleep(100 * time.Millisecond)
	return err
}

// pause stops the program and returns the goroutine that is shown.
func (s *dapSession) pause() (int, error) {
	if _, err := s.request(&dap.PauseRequest{Request: request("pause")}); err != nil {
		return 0, err
	}
	return s.waitStopped()
}

// number returns the value of an integer variable.
func (s *dapSession) number(variable string) (int, error) {
	m, err := s.request(&dap.EvaluateRequest{Request: request("evaluate"), Arguments: dap.EvaluateArguments{Expression: variable}})
	if err != nil {
		return 0, err
	}
	response, ok := m.(*dap.EvaluateResponse)
	if !ok {
		return 0, fmt.Errorf("requesting evaluate: the response is a %T", m)
	}
	return strconv.Atoi(response.Body.Result)
}

func (s *dapSession) threads() error {
	_, err := s.request(&dap.ThreadsRequest{Request: request("threads")})
	return err
}

// stackTrace returns a page of a goroutine's frames.
func (s *dapSession) stackTrace(thread, start, levels int) ([]dap.StackFrame, error) {
	m, err := s.request(&dap.StackTraceRequest{
		Request:   request("stackTrace"),
		Arguments: dap.StackTraceArguments{ThreadId: thread, StartFrame: start, Levels: levels},
	})
	if err != nil {
		return nil, err
	}
	response, ok := m.(*dap.StackTraceResponse)
	if !ok {
		return nil, fmt.Errorf("requesting stackTrace: the response is a %T", m)
	}
	return response.Body.StackFrames, nil
}

// close ends the session, with it the program, and the server.
func (s *dapSession) close() error {
	var err error
	if s.reader != nil {
		_, err = s.request(&dap.DisconnectRequest{Request: request("disconnect"), Arguments: &dap.DisconnectArguments{TerminateDebuggee: true}})
		s.conn.Close()
	} else {
		s.server.Cancel()
	}
	if waitErr := s.server.Wait(); waitErr != nil {
		err = errors.Join(err, fmt.Errorf("ending %s: %w", strings.Join(s.server.Args, " "), waitErr), asError(s.stderr.String()))
	}
	return err
}

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// dapClient is the script command `dap ADDR STEP...`: a DAP client that takes
// its steps one after the other and prints what it gets, in the words of the
// steps. ADDR is host:port, the path of a unix socket, or "listen:" and one at which to wait
// for dlvx; without steps it only begins to listen. The connection stays open until the script's end.
//
//	launch=JSON  initialize, launch with these arguments, and the breakpoint
//	attach=JSON  likewise
//	build=JSON   initialize and launch, without waiting for the answer
//	restart=JSON  restart with these arguments, and set the breakpoint again
//	copy=FROM:TO  copy a file
//	break=FILE:LINE  set a breakpoint at a line
//	continue     let the program run
//	stop         wait until the program has stopped
//	thread=NAME  make the goroutine whose name holds this the one of the next step
//	stack        the stack of the goroutine that stopped
//	ready=FIFO   wait until somebody has opened the FIFO, and closed it
//	warnings     wait until the program has ended, and print what dlvx has said meanwhile
//	disconnect   ask to disconnect
//	terminate    ask to disconnect, and to end the program
//	vanish       close the connection
//	raw=TEXT     send a text that is no message
//	end          read until dlvx closes the connection
func dapClient(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: dap address step...")
	}
	var conn net.Conn
	if strings.Contains(args[0], ":") && !strings.HasPrefix(args[0], "listen:") {
		var err error
		conn, err = net.Dial("tcp", args[0])
		ts.Check(err)
	} else if path, ok := strings.CutPrefix(args[0], "listen:"); ok {
		path = ts.MkAbs(path)
		if len(args) == 1 {
			l, err := net.Listen("unix", path)
			ts.Check(err)
			ts.Defer(func() { l.Close() })
			dapListeners.Store(path, l)
			return
		}
		l, ok := dapListeners.Load(path)
		if !ok {
			ts.Fatalf("dap: not listening at %s", path)
		}
		var err error
		conn, err = l.(net.Listener).Accept()
		ts.Check(err)
	} else {
		var err error
		conn, err = net.Dial("unix", ts.MkAbs(args[0]))
		ts.Check(err)
	}
	ts.Defer(func() { conn.Close() })
	c := &dapConn{ts: ts, conn: conn, r: bufio.NewReader(conn)}
	for _, step := range args[1:] {
		c.step(step)
	}
}

var dapListeners sync.Map // net.Listener by path

type dapConn struct {
	ts     *testscript.TestScript
	conn   net.Conn
	r      *bufio.Reader
	seq    int
	thread int
	events []dapMessage
}

type dapMessage struct {
	Type, Event, Command, Message string
	Success                       bool
	RequestSeq                    int `json:"request_seq"`
	Body                          struct {
		ThreadID    int
		Threads     []dapThread
		Category    string
		Output      string
		Line        int
		Kind        string
		Error       struct{ Format string }
		StackFrames []struct {
			Name, PresentationHint string
			Line                   int
		}
	}
}

type dapThread struct {
	ID   int
	Name string
}

func (c *dapConn) step(step string) {
	name, arg, _ := strings.Cut(step, "=")
	switch name {
	case "launch", "attach":
		c.request("initialize", `{"adapterID":"go"}`)
		if m := c.request(name, arg); m.Success {
			c.configure()
		}
	case "restart":
		if m := c.request("restart", arg); m.Success {
			c.configure()
		}
	case "break":
		file, line, _ := strings.Cut(arg, ":")
		c.request("setBreakpoints", fmt.Sprintf(`{"source":{"path":%q},"breakpoints":[{"line":%s}]}`, c.ts.MkAbs(file), line))
	case "continue":
		c.request("continue", fmt.Sprintf(`{"threadId":%d}`, c.thread))
	case "copy":
		from, to, _ := strings.Cut(arg, ":")
		file, err := os.ReadFile(c.ts.MkAbs(from))
		c.ts.Check(err)
		c.ts.Check(os.WriteFile(c.ts.MkAbs(to), file, 0o644))
	case "build":
		c.request("initialize", `{"adapterID":"go"}`)
		c.send("launch", arg)
	case "stop":
		c.thread = c.event("stopped").Body.ThreadID
	case "thread":
		m := c.request("threads", `{}`)
		i := slices.IndexFunc(m.Body.Threads, func(t dapThread) bool { return strings.Contains(t.Name, arg) })
		if i < 0 {
			c.ts.Fatalf("dap: no goroutine is called %s: %v", arg, m.Body.Threads)
		}
		c.thread = m.Body.Threads[i].ID
	case "stack":
		m := c.request("stackTrace", fmt.Sprintf(`{"threadId":%d}`, c.thread))
		for _, f := range m.Body.StackFrames {
			fmt.Fprintln(c.ts.Stdout(), f.Name, f.Line, f.PresentationHint)
		}
	case "ready":
		_, err := os.ReadFile(c.ts.MkAbs(arg))
		c.ts.Check(err)
	case "warnings":
		for m := (dapMessage{}); m.Event != "terminated"; {
			m = c.event("")
			switch {
			case m.Event == "output" && m.Body.Category == "console" && (m.Body.Line > 0 || strings.Contains(m.Body.Output, "dlvx:")):
				fmt.Fprintf(c.ts.Stdout(), "at line %d: %s", m.Body.Line, m.Body.Output)
			case m.Event == "output" && m.Body.Category == "console" && strings.HasPrefix(m.Body.Output, "  "):
				fmt.Fprint(c.ts.Stdout(), m.Body.Output)
			case m.Event == "dlvx/warning":
				fmt.Fprintf(c.ts.Stdout(), "warning %s\n", m.Body.Kind)
			}
		}
	case "disconnect":
		c.request("disconnect", `{}`)
	case "terminate":
		c.request("disconnect", `{"terminateDebuggee":true}`)
	case "vanish":
		c.ts.Check(c.conn.Close())
	case "raw":
		_, err := io.WriteString(c.conn, arg+"\r\n\r\n")
		c.ts.Check(err)
	case "end":
		for m, ok := c.read(); ok; m, ok = c.read() {
			if m.Type == "response" && !m.Success {
				fmt.Fprintf(c.ts.Stdout(), "%s failed: %s\n", m.Command, m.Body.Error.Format)
			}
		}
	default:
		c.ts.Fatalf("dap: unknown step %q", step)
	}
}

// configure does what a client does when the target is there.
func (c *dapConn) configure() {
	c.event("initialized")
	c.request("setFunctionBreakpoints", `{"breakpoints":[{"name":"main.worker"}]}`)
	c.request("configurationDone", `{}`)
}

func (c *dapConn) send(command, arguments string) (seq int) {
	c.seq++
	body := fmt.Sprintf(`{"seq":%d,"type":"request","command":%q,"arguments":%s}`, c.seq, command, arguments)
	_, err := fmt.Fprintf(c.conn, "Content-Length: %d\r\n\r\n%s", len(body), body)
	c.ts.Check(err)
	return c.seq
}

// request returns the response to a request, and prints it where it is an
// error.
func (c *dapConn) request(command, arguments string) dapMessage {
	seq := c.send(command, arguments)
	for {
		m, ok := c.read()
		if !ok {
			c.ts.Fatalf("dap: the connection ended before the answer to %s", command)
		}
		if m.Type == "response" && m.RequestSeq == seq {
			if !m.Success {
				fmt.Fprintf(c.ts.Stdout(), "%s failed: %s\n", command, m.Body.Error.Format)
			}
			return m
		}
		c.events = append(c.events, m)
	}
}

// event returns the next event of a name, or of any for "", which may have come
// before the answer to a request.
func (c *dapConn) event(name string) dapMessage {
	for i, m := range c.events {
		if m.Event == name || name == "" {
			c.events = slices.Delete(c.events, i, i+1)
			return m
		}
	}
	for {
		m, ok := c.read()
		if !ok {
			c.ts.Fatalf("dap: the connection ended before the event %s", name)
		}
		if m.Event == name || name == "" && m.Type == "event" {
			return m
		}
	}
}

func (c *dapConn) read() (m dapMessage, ok bool) {
	header, err := textproto.NewReader(c.r).ReadMIMEHeader()
	if err != nil {
		return m, false
	}
	n, err := strconv.Atoi(header.Get("Content-Length"))
	c.ts.Check(err)
	body := make([]byte, n)
	if _, err := io.ReadFull(c.r, body); err != nil {
		return m, false
	}
	c.ts.Check(json.Unmarshal(body, &m))
	return m, true
}

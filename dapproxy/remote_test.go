package dapproxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

const attachRemote = `{"mode":"remote","host":"far","port":4040,"x":1}`

// elsewhere returns a Config that dials far:4040, and the debugger there.
func elsewhere(t *testing.T) (Config, *end) {
	here, there := net.Pipe()
	cfg := Config{Dial: func(_ context.Context, addr string) (io.ReadWriteCloser, error) {
		if addr != "far:4040" {
			t.Errorf("dialled %s", addr)
		}
		return here, nil
	}}
	return cfg, &end{t: t, name: "far", conn: there, in: bufio.NewReader(there)}
}

func TestAttachRemoteMovesTheSession(t *testing.T) {
	bubble(t, func(t *testing.T) {
		cfg, far := elsewhere(t)
		r := newRig(t, cfg)
		defer r.close()
		initialize := r.client.request("initialize", `{"adapterID":"go","linesStartAt1":true}`)
		r.delve.next()
		r.delve.send(`{"seq":1,"type":"response","request_seq":1,"command":"initialize","success":true,"body":{}}`)
		if got := r.client.next(); got.RequestSeq != initialize {
			t.Fatalf("answer is %+v", got)
		}
		attach := r.client.request("attach", attachRemote)
		m := far.next()
		if m.Command != "initialize" || string(m.Arguments) != `{"adapterID":"go","linesStartAt1":true}` {
			t.Errorf("the debugger elsewhere got %+v", m)
		}
		far.send(`{"seq":1,"type":"event","event":"output","body":{}}`)
		far.send(`{"seq":2,"type":"response","request_seq":1,"command":"initialize","success":true,"body":{"supportsStepBack":true}}`)
		if got := r.client.next(); got.Event != "capabilities" || string(got.Body) != `{"capabilities":{"supportsStepBack":true}}` {
			t.Errorf("client got %s %s", got.Event, got.Body)
		}
		if m := far.next(); m.Command != "attach" || string(m.Arguments) != attachRemote {
			t.Errorf("the debugger elsewhere got %+v", m)
		} else {
			far.send(`{"seq":3,"type":"response","request_seq":2,"command":"attach","success":true}`)
		}
		if got := r.client.next(); got.RequestSeq != attach || !got.Success {
			t.Errorf("client got %+v", got)
		}
		if got := r.delve.receive(); got != "" {
			t.Errorf("the first debugger got %s, want the end", got)
		}
		r.client.request("threads", `{}`)
		if m := far.next(); m.Command != "threads" {
			t.Errorf("the debugger elsewhere got %+v", m)
		}
	})
}

// Behind a dlvx there may be another one: one of them stitches.
func TestStitchedElsewhere(t *testing.T) {
	for _, moved := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			cfg, far := elsewhere(t)
			chains := family()
			cfg.NewChains = chains.config().NewChains
			r := newRig(t, cfg)
			defer r.close()
			defer far.conn.Close()
			const capabilities = `{"dlvx":{"protocol":1,"version":"far"}}`
			r.client.request("initialize", `{}`)
			debugger := r.delve
			debugger.next()
			if moved {
				debugger.send(`{"seq":1,"type":"response","request_seq":1,"command":"initialize","success":true,"body":{}}`)
				r.client.next()
				r.client.request("attach", attachRemote)
				debugger = far
				debugger.next()
			}
			debugger.send(`{"seq":1,"type":"response","request_seq":1,"command":"initialize","success":true,"body":` + capabilities + `}`)
			if got := r.client.next(); !moved && string(got.Body) != capabilities {
				t.Errorf("client got %s, want %s", got.Body, capabilities)
			}
			if moved {
				debugger.next()
			}
			debugger.send(`{"seq":2,"type":"event","event":"stopped","body":{"threadId":18}}`)
			r.client.next()
			for _, command := range []string{"stackTrace", "threads", "dlvx/groups"} {
				r.client.request(command, `{"threadId":18}`)
				m := debugger.next()
				if m.Command != command {
					t.Fatalf("the debugger got %+v, want %s", m, command)
				}
				debugger.send(fmt.Sprintf(`{"seq":3,"type":"response","request_seq":%d,"command":%q,"success":true,"body":{"stackFrames":[],"totalFrames":0,"threads":[]}}`, m.Seq, command))
				r.client.next()
			}
			if chains.count() != 0 {
				t.Error("a chain was read here, too")
			}
		})
	}
}

func TestAttachRemoteFails(t *testing.T) {
	for _, c := range []struct {
		name, want string
		answer     func(far *end)
	}{
		{"silence", "it does not answer", func(far *end) { io.Copy(io.Discard, far.conn) }},
		{"hanging up", "EOF", func(far *end) { far.next(); far.conn.Close() }},
		{"no DAP", "malformed DAP header", func(far *end) {
			far.next()
			io.WriteString(far.conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
		}},
		{"an error", "no more of you", func(far *end) {
			far.next()
			far.send(`{"seq":1,"type":"response","request_seq":1,"command":"initialize","success":false,"message":"no more of you"}`)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				cfg, far := elsewhere(t)
				r := newRig(t, cfg)
				defer r.close()
				defer far.conn.Close()
				r.client.request("initialize", `{}`)
				r.delve.next()
				r.client.request("attach", attachRemote)
				go c.answer(far)
				got := r.client.next()
				if got.Success || !strings.Contains(string(got.Body), "connecting to the headless Delve at far:4040: ") || !strings.Contains(string(got.Body), c.want) {
					t.Errorf("client got %s, want %s", got.Body, c.want)
				}
				r.client.request("threads", `{}`)
				if m := r.delve.next(); m.Command != "threads" {
					t.Errorf("the first debugger got %+v", m)
				}
			})
		})
	}
}

func TestAttachRemoteWithoutAnAddressIsForwarded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, Config{Dial: func(context.Context, string) (io.ReadWriteCloser, error) {
			return nil, errors.New("dialled")
		}})
		defer r.close()
		for _, args := range []string{`{"mode":"remote"}`, `{"mode":"local","port":1}`, `{"processId":4}`} {
			r.client.request("attach", args)
			if m := r.delve.next(); string(m.Arguments) != args {
				t.Errorf("%s reached Delve as %+v", args, m)
			}
		}
	})
}

// After dlv target switch, goroutines of the same numbers are others.
func TestSwitchOfTargetsBeginsAnotherStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		chains := family()
		r, _ := stacked(t, chains.config(), familyStacks())
		defer r.close()
		r.client.request("stop", `{}`)
		r.client.event("stopped")
		r.stack(18, 0, 20)
		r.stack(18, 0, 20)
		if chains.count() != 1 || chains.resets != 0 {
			t.Errorf("%d chains were read, %d resets, want 1 and 0", chains.count(), chains.resets)
		}
		r.client.call("evaluate", `{"expression":"dlv target switch 7","context":"repl"}`)
		r.stack(18, 0, 20)
		if chains.count() != 2 || chains.resets != 1 {
			t.Errorf("after the switch %d chains were read, %d resets, want 2 and 1", chains.count(), chains.resets)
		}
	})
}

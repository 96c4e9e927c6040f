package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-dap"
)

// hang bounds how long a test waits for something that has to come. It is no
// expectation on speed: it turns a hang into a failure with a name.
const hang = 2 * time.Minute

// A dapClient is an editor: it starts `dlvx dap` and talks to it.
type dapClient struct {
	conn net.Conn
	pid  int // of the dlvx that it has started

	mu      sync.Mutex
	seq     int
	pending map[int]chan dap.ResponseMessage
	events  chan dap.EventMessage
}

// dlvx returns the path of the dlvx executable: the one that the variable DLVX
// names, or one built once for all tests, with the race detector in it.
var dlvx = sync.OnceValues(func() (string, error) {
	if exe := os.Getenv("DLVX"); exe != "" {
		return exe, nil
	}
	exe := binDir + "/dlvx.exe"
	out, err := exec.Command("go", "build", "-race", "-o", exe, "github.com/dlvx/dlvx/cmd/dlvx").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building dlvx: %w\n%s", err, out)
	}
	return exe, nil
})

// serve starts a server, and returns the address behind the words that it begins
// with, and what else it says.
func serve(t testing.TB, cmd *exec.Cmd, words string) (addr string, rest io.Reader) {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(stdout)
	first, err := r.ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(first), words)
	if err != nil || !ok {
		t.Fatalf("%s said %q (%v)", cmd, first, err)
	}
	return addr, r
}

// startDAP starts `dlvx dap` and connects to it.
func startDAP(t testing.TB, env ...string) *dapClient {
	t.Helper()
	exe, err := dlvx()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "dap", "--listen=127.0.0.1:0")
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	addr, rest := serve(t, cmd, "DAP server listening at: ")
	go io.Copy(io.Discard, rest)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c := newDAPClient(conn)
	c.pid = cmd.Process.Pid
	t.Cleanup(func() {
		conn.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("dlvx dap: %v", err)
		}
	})
	return c
}

func newDAPClient(conn net.Conn) *dapClient {
	c := &dapClient{conn: conn, pending: map[int]chan dap.ResponseMessage{}, events: make(chan dap.EventMessage, 1000)}
	go c.read()
	return c
}

func (c *dapClient) read() {
	defer close(c.events)
	r := bufio.NewReader(c.conn)
	codec := viewCodec()
	for {
		body, err := dap.ReadBaseMessage(r)
		if err != nil {
			return
		}
		m, err := codec.DecodeMessage(body)
		if err != nil {
			return
		}
		switch m := m.(type) {
		case dap.ResponseMessage:
			seq := m.GetResponse().RequestSeq
			c.mu.Lock()
			ch := c.pending[seq]
			delete(c.pending, seq)
			c.mu.Unlock()
			if ch != nil {
				ch <- m
			}
		case dap.EventMessage:
			c.events <- m
		}
	}
}

// A viewResponse answers one of dlvx's own requests.
type viewResponse struct {
	dap.Response
	Body json.RawMessage `json:"body"`
}

// viewCodec knows the requests of docs/protocol.md besides DAP's.
func viewCodec() *dap.Codec {
	codec := dap.NewCodec()
	for _, name := range []string{"goroutines", "groups", "tree", "sites", "stack", "dump", "stitch", "focus"} {
		err := codec.RegisterRequest("dlvx/"+name,
			func() dap.Message { return new(dap.Request) }, func() dap.Message { return new(viewResponse) })
		if err != nil {
			panic(err)
		}
	}
	return codec
}

// lastSeq returns the number of the request that was sent last.
func (c *dapClient) lastSeq() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seq
}

// start sends a request; its answer comes over the channel.
func (c *dapClient) start(t testing.TB, command string, args any) <-chan dap.ResponseMessage {
	t.Helper()
	raw, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	ch := make(chan dap.ResponseMessage, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	c.pending[c.seq] = ch
	body, err := json.Marshal(map[string]any{"seq": c.seq, "type": "request", "command": command, "arguments": json.RawMessage(raw)})
	if err != nil {
		t.Fatal(err)
	}
	if err := dap.WriteBaseMessage(c.conn, body); err != nil {
		t.Fatal(err)
	}
	return ch
}

func wait[T any](t testing.TB, what string, ch <-chan T) T {
	t.Helper()
	select {
	case v, ok := <-ch:
		if !ok {
			t.Fatalf("waiting for %s: the connection ended", what)
		}
		return v
	case <-time.After(hang):
		t.Fatalf("waiting for %s: nothing came in %v", what, hang)
	}
	panic("not reached")
}

// call sends a request and waits for its successful answer.
func call[R dap.ResponseMessage](t testing.TB, c *dapClient, command string, args any) R {
	t.Helper()
	m := wait(t, "the answer to "+command, c.start(t, command, args))
	if e, ok := m.(*dap.ErrorResponse); ok {
		t.Fatalf("%s failed: %s: %s", command, e.Message, e.Body.Error.Format)
	}
	r, ok := m.(R)
	if !ok {
		t.Fatalf("%s was answered by a %T", command, m)
	}
	return r
}

// event waits for the next event of a type, and drops others.
func event[E dap.EventMessage](t testing.TB, c *dapClient) E {
	t.Helper()
	for {
		m := wait(t, fmt.Sprintf("a %T", *new(E)), c.events)
		if e, ok := m.(E); ok {
			return e
		}
		switch m := m.(type) {
		case *dap.TerminatedEvent:
			t.Fatalf("the session ended while waiting for a %T", *new(E))
		case *dap.OutputEvent:
			if m.Body.Category == "stderr" {
				t.Logf("stderr: %s", m.Body.Output)
			}
		}
	}
}

package dapproxy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/dlvx/dlvx/stitch"
)

// An end is the test's end of one of the proxy's connections.
type end struct {
	t    *testing.T
	name string
	conn net.Conn
	in   *bufio.Reader
	seq  int
}

func (e *end) send(body string) {
	e.t.Helper()
	if err := writeBody(e.conn, []byte(body)); err != nil {
		e.t.Fatalf("%s: sending: %v", e.name, err)
	}
}

// receive returns the next body, or "" at the end of the connection.
func (e *end) receive() string {
	e.t.Helper()
	body, err := readBody(e.in)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
		return ""
	}
	if err != nil {
		e.t.Fatalf("%s: receiving: %v", e.name, err)
	}
	return string(body)
}

func (e *end) expect(want string) {
	e.t.Helper()
	if got := e.receive(); got != want {
		e.t.Fatalf("%s received\n%.2000s\nwant\n%.2000s", e.name, got, want)
	}
}

// reply is a message as tests look at it.
type reply struct {
	Seq        int             `json:"seq"`
	Type       string          `json:"type"`
	RequestSeq int             `json:"request_seq"`
	Command    string          `json:"command"`
	Event      string          `json:"event"`
	Success    bool            `json:"success"`
	Message    string          `json:"message"`
	Arguments  json.RawMessage `json:"arguments"`
	Body       json.RawMessage `json:"body"`
}

func (e *end) next() reply {
	e.t.Helper()
	body := e.receive()
	if body == "" {
		e.t.Fatalf("%s: the connection is closed", e.name)
	}
	var r reply
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		e.t.Fatalf("%s received %q: %v", e.name, body, err)
	}
	return r
}

// request sends a request with the next number.
func (e *end) request(command, arguments string) int {
	e.t.Helper()
	e.seq++
	e.send(fmt.Sprintf(`{"seq":%d,"type":"request","command":%q,"arguments":%s}`, e.seq, command, arguments))
	return e.seq
}

// call sends a request and returns its answer, skipping events.
func (e *end) call(command, arguments string) reply {
	e.t.Helper()
	seq := e.request(command, arguments)
	for {
		r := e.next()
		if r.Type == "event" {
			continue
		}
		if r.RequestSeq != seq {
			e.t.Fatalf("%s: got an answer to %d (%s), want one to %d (%s)", e.name, r.RequestSeq, r.Command, seq, command)
		}
		return r
	}
}

// event waits for an event, skipping others.
func (e *end) event(name string) reply {
	e.t.Helper()
	for {
		if r := e.next(); r.Event == name {
			return r
		}
	}
}

// A rig is a proxy between two ends.
type rig struct {
	client, delve *end
	result        chan error
	log           *logBuffer
	cancel        context.CancelFunc
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newRig(t *testing.T, cfg Config) *rig {
	t.Helper()
	client, proxyClient := net.Pipe()
	delve, proxyDelve := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	r := &rig{
		client: &end{t: t, name: "client", conn: client, in: bufio.NewReader(client)},
		delve:  &end{t: t, name: "delve", conn: delve, in: bufio.NewReader(delve)},
		result: make(chan error, 1),
		log:    &logBuffer{},
		cancel: cancel,
	}
	cfg.Log = slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	go func() {
		r.result <- Serve(ctx, proxyClient, proxyDelve, cfg)
		close(r.result)
	}()
	return r
}

// close ends the session from the client's side.
func (r *rig) close() {
	r.client.conn.Close()
	r.delve.conn.Close()
	<-r.result
	r.cancel()
}

// bubble runs a test in which a hang is a failure, and a goroutine that is
// left over, too.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// fakeChains gives every goroutine of the map its chain.
type fakeChains struct {
	chains map[int64]stitch.Chain
	err    error
	mu     sync.Mutex
	calls  []int64
	limits []int
	resets int
	hook   func()

	goroutines []stitch.Goroutine
	listed     int                         // how often they were read
	listing    func(context.Context) error // called while they are read
	states     func([]int64) (map[int64]stitch.State, error)
	primed     []int64
	dead       map[int64]bool
	findErr    error

	far      bool // Count and Overview are not supported
	halt     stitch.Halt
	overview func(context.Context) error // called while it is made
	looked   int                         // how often one was made
}

func (c *fakeChains) Goroutines(ctx context.Context) ([]stitch.Goroutine, error) {
	c.mu.Lock()
	c.listed++
	listing := c.listing
	c.mu.Unlock()
	if listing != nil {
		if err := listing(ctx); err != nil {
			return nil, err
		}
	}
	return c.goroutines, nil
}

func (c *fakeChains) States(_ context.Context, goids []int64) (map[int64]stitch.State, error) {
	if c.states == nil {
		return nil, nil
	}
	return c.states(goids)
}

func (c *fakeChains) Find(goid int64) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.primed = append(c.primed, goid)
	return !c.dead[goid], c.findErr
}

func (c *fakeChains) Count() (int, error) {
	if c.far {
		return 0, errors.ErrUnsupported
	}
	return len(c.goroutines), nil
}

func (c *fakeChains) Overview(ctx context.Context) (stitch.Overview, error) {
	c.mu.Lock()
	c.looked++
	c.mu.Unlock()
	if c.overview != nil {
		if err := c.overview(ctx); err != nil {
			return stitch.Overview{}, err
		}
	}
	o := stitch.Overview{Halt: c.halt}
	alike := map[string]int32{}
	for _, g := range c.goroutines {
		h := g.Head()
		key := fmt.Sprint(g.State.Word(), g.Own, len(g.Chain.Links))
		if alike[key] == 0 {
			alike[key] = int32(len(alike) + 1)
		}
		h.Alike = alike[key]
		o.Heads = append(o.Heads, h)
	}
	return o, nil
}

func (c *fakeChains) Some(ctx context.Context, goids []int64) ([]stitch.Goroutine, error) {
	if c.listing != nil {
		if err := c.listing(ctx); err != nil {
			return nil, err
		}
	}
	var some []stitch.Goroutine
	for _, id := range goids {
		for _, g := range c.goroutines {
			if g.ID == id {
				some = append(some, g)
			}
		}
	}
	return some, nil
}

func (c *fakeChains) Chain(goid int64, limit int) (stitch.Chain, error) {
	c.mu.Lock()
	c.calls = append(c.calls, goid)
	c.limits = append(c.limits, limit)
	hook := c.hook
	c.mu.Unlock()
	if hook != nil {
		hook()
	}
	if c.err != nil {
		return stitch.Chain{}, c.err
	}
	return c.chains[goid], nil
}

func (c *fakeChains) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.resets++
}

func (c *fakeChains) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls)
}

func (c *fakeChains) config() Config {
	return Config{NewChains: func(*Injector) Chains { return c }}
}

// fakeDelve answers like Delve, as far as stacks and frames go. It is the
// other end's only user.
type fakeDelve struct {
	end    *end
	stacks map[int][]string // function names by goroutine, topmost first
	depth  int              // stackTraceDepth
	list   string           // the threads, as JSON

	mu      sync.Mutex
	seq     int
	frames  []string // of the ids given out at this stop: "goid/index"
	log     []string // "command arguments" of the requests that came in
	running bool

	values  map[string]string                   // answers to evaluate by expression
	fatal   string                              // the expression that ends the target
	refused string                              // the expression that is wrong
	examine func(addr uint64, count int) string // answers to dlv x
}

func (d *fakeDelve) emit(format string, args ...any) {
	d.seq++
	body := fmt.Sprintf(`{"seq":%d,`, d.seq) + fmt.Sprintf(format, args...)
	_ = writeBody(d.end.conn, []byte(body))
}

// serve answers until the connection ends.
func (d *fakeDelve) serve() {
	for {
		body, err := readBody(d.end.in)
		if err != nil {
			return
		}
		var r reply
		if err := json.Unmarshal(body, &r); err != nil {
			panic(err)
		}
		d.mu.Lock()
		d.log = append(d.log, r.Command+" "+string(r.Arguments))
		d.answer(r)
		d.mu.Unlock()
	}
}

func (d *fakeDelve) requests(command string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.log {
		if strings.HasPrefix(l, command+" ") {
			n++
		}
	}
	return n
}

// last returns the arguments of the last request of a command; "": there was none.
func (d *fakeDelve) last(command string) (arguments string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.log {
		if after, ok := strings.CutPrefix(l, command+" "); ok {
			arguments = after
		}
	}
	return arguments
}

func (d *fakeDelve) ok(r reply, body string) {
	d.emit(`"type":"response","request_seq":%d,"success":true,"command":%q,"body":%s}`, r.Seq, r.Command, body)
}

func (d *fakeDelve) fail(r reply, text string) {
	d.emit(`"type":"response","request_seq":%d,"success":false,"command":%q,"message":"Failed","body":{"error":{"id":1,"format":%q}}}`, r.Seq, r.Command, text)
}

func (d *fakeDelve) stopped() {
	d.frames = nil
	d.running = false
	d.emit(`"type":"event","event":"stopped","body":{"reason":"breakpoint","threadId":1,"allThreadsStopped":true}}`)
}

func (d *fakeDelve) answer(r reply) {
	var a struct {
		ThreadID           int `json:"threadId"`
		StartFrame, Levels int
		FrameID            int `json:"frameId"`
		Expression         string
	}
	_ = json.Unmarshal(r.Arguments, &a)
	switch r.Command {
	case "stop": // the test's own way to have the target stop
		d.ok(r, `{}`)
		d.stopped()
	case "continue":
		d.running = true
		d.ok(r, `{"allThreadsContinued":true}`)
	case "next":
		d.emit(`"type":"event","event":"continued","body":{"threadId":1}}`)
		d.ok(r, `{}`)
		d.stopped()
	case "stepBack":
		d.fail(r, "not supported")
	case "restart":
		d.ok(r, `{}`)
		d.emit(`"type":"event","event":"initialized"}`)
	case "threads":
		d.ok(r, `{"threads":[`+d.list+`],"x":"<own>"}`)
	case "initialize":
		d.ok(r, `{"supportsRestartRequest":true}`)
	case "stackTrace":
		d.stackTrace(r, a.ThreadID, max(a.StartFrame, 0), a.Levels)
	case "scopes":
		if f, ok := d.frame(a.FrameID); ok {
			d.ok(r, fmt.Sprintf(`{"scopes":[{"name":%q,"variablesReference":1000,"expensive":false}]}`, "Locals of "+f))
		} else {
			d.fail(r, fmt.Sprintf("unknown frame id %d", a.FrameID))
		}
	case "exceptionInfo":
		if v, ok := d.values[r.Command]; ok {
			d.ok(r, v)
		} else {
			d.fail(r, "no runtime error found")
		}
	case "evaluate":
		if d.fatal != "" && a.Expression == d.fatal {
			d.emit(`"type":"event","event":"terminated"}`)
			d.fail(r, "terminated")
			return
		}
		if d.refused != "" && a.Expression == d.refused {
			d.fail(r, "wrong")
			return
		}
		f, ok := d.frame(a.FrameID)
		if !ok {
			f = "selected" // Delve's silent fallback
		}
		v, ok := d.values[a.Expression]
		if !ok {
			v = a.Expression + " in " + f
		}
		if d.examine != nil {
			var addr uint64
			var count int
			if n, _ := fmt.Sscanf(a.Expression, "dlv x -fmt hex -count %d -size 8 0x%x", &count, &addr); n == 2 {
				v = d.examine(addr, count)
			}
		}
		d.ok(r, fmt.Sprintf(`{"result":%q,"variablesReference":0}`, v))
	default:
		d.ok(r, `{}`)
	}
}

func (d *fakeDelve) frame(id int) (string, bool) {
	if i := id - 1000; i >= 0 && i < len(d.frames) {
		return d.frames[i], true
	}
	return "", false
}

func (d *fakeDelve) stackTrace(r reply, goid, start, levels int) {
	stack, ok := d.stacks[goid]
	if !ok {
		d.fail(r, fmt.Sprintf("unknown goroutine %d", goid))
		return
	}
	if levels <= 0 {
		levels = d.depth
	}
	loaded := stack[:min(len(stack), start+levels)]
	var frames []string
	for i := start; i < len(loaded); i++ {
		id := 1000 + len(d.frames)
		d.frames = append(d.frames, fmt.Sprintf("%d/%d", goid, i))
		frames = append(frames, fmt.Sprintf(`{"id":%d,"name":%q,"source":{"name":"m.go","path":"/src/m.go"},"line":%d,"column":0,"x-<own>":true}`, id, loaded[i], i+1))
	}
	total := len(loaded)
	if len(loaded) >= start+levels && len(loaded) < len(stack) {
		total += d.depth
	}
	d.ok(r, fmt.Sprintf(`{"stackFrames":[%s],"totalFrames":%d}`, strings.Join(frames, ","), total))
}

// stacked returns a rig with a fake Delve behind it, stopped.
func stacked(t *testing.T, cfg Config, stacks map[int][]string) (*rig, *fakeDelve) {
	t.Helper()
	r := newRig(t, cfg)
	d := &fakeDelve{end: r.delve, stacks: stacks, depth: 50, values: map[string]string{}}
	go d.serve()
	r.client.request("stop", `{}`)
	r.client.event("stopped")
	return r, d
}

// frame is a stack frame as tests look at it.
type frame struct {
	ID     int `json:"id"`
	Name   string
	Line   int
	Source *struct{ Name, Path string }
	Hint   string `json:"presentationHint"`
	PC     string `json:"instructionPointerReference"`
}

type stackBody struct {
	StackFrames []frame
	TotalFrames int
}

func (r *rig) stack(thread, start, levels int) stackBody {
	r.client.t.Helper()
	a := r.client.call("stackTrace", fmt.Sprintf(`{"threadId":%d,"startFrame":%d,"levels":%d}`, thread, start, levels))
	if !a.Success {
		r.client.t.Fatalf("stackTrace: %s", a.Body)
	}
	var b stackBody
	if err := json.Unmarshal(a.Body, &b); err != nil {
		r.client.t.Fatal(err)
	}
	return b
}

func (b stackBody) names() []string {
	var names []string
	for _, f := range b.StackFrames {
		names = append(names, f.Name)
	}
	return names
}

func (b stackBody) find(t *testing.T, name string) frame {
	t.Helper()
	for _, f := range b.StackFrames {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no frame %q in %q", name, b.names())
	return frame{}
}

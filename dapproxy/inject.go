package dapproxy

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/go-dap"

	"github.com/dlvx/dlvx/stitch"
)

// An Injector asks the debugger questions through the session's own
// connection. Neither the questions nor the answers reach the client.
//
// It is the way to a target that nothing but DAP leads to, and the slowest one:
// reading 64 KiB takes 15 to 30 ms. Its methods may be called only while the
// target is stopped, and fail otherwise. They are safe for concurrent use.
type Injector struct{ s *session }

// Console returns a writer of lines for the user, who sees them in the client's
// debug console.
func (i *Injector) Console() io.Writer { return console{i.s} }

type console struct{ s *session }

func (c console) Write(p []byte) (int, error) {
	c.s.tell(string(p))
	return len(p), nil
}

var errRunning = errors.New("the target is running")

// inject sends a request of the proxy's own and decodes the answer's body.
func (s *session) inject(command string, arguments, body any) error {
	raw, err := json.Marshal(arguments)
	if err != nil {
		return err
	}
	answers := make(chan message, 1)
	m := newMessage(struct {
		dap.Request
		Arguments json.RawMessage `json:"arguments"`
	}{
		dap.Request{ProtocolMessage: dap.ProtocolMessage{Type: "request"}, Command: command},
		raw,
	})
	s.sendServer(m, &request{own: true, answer: func(a message) bool {
		answers <- a
		return true
	}})
	var a message
	select {
	case a = <-answers:
	case <-s.ctx.Done():
	}
	if a.kind == "" {
		return errServerGone
	}
	at, _ := a.fields.get("body")
	if !a.success {
		return fmt.Errorf("%s: %s", command, errorText(a, at))
	}
	if err := json.Unmarshal(at.of(a.body), body); err != nil {
		return fmt.Errorf("decoding the answer to %s: %w", command, err)
	}
	return nil
}

// errorText returns what an error response says.
func errorText(a message, body span) string {
	var details dap.ErrorResponseBody
	if json.Unmarshal(body.of(a.body), &details) == nil && details.Error != nil && details.Error.Format != "" {
		return details.Error.Format
	}
	var summary struct{ Message string }
	if json.Unmarshal(a.body, &summary) == nil && summary.Message != "" {
		return summary.Message
	}
	return "failed without saying why"
}

// stackPage is the body of an answer to stackTrace, as far as it is looked into.
type stackPage struct {
	StackFrames []json.RawMessage `json:"stackFrames"`
	TotalFrames int               `json:"totalFrames"`
}

// injectStack asks for a page of a goroutine's own frames.
func (s *session) injectStack(thread, start, levels int) (stackPage, error) {
	var p stackPage
	err := s.inject("stackTrace", dap.StackTraceArguments{ThreadId: thread, StartFrame: start, Levels: levels}, &p)
	return p, err
}

func decodeFrame(raw json.RawMessage) (dap.StackFrame, error) {
	var f dap.StackFrame
	err := json.Unmarshal(raw, &f)
	return f, err
}

// topmost returns Delve's frame id of a goroutine's topmost frame: what an
// evaluate needs to select the goroutine.
func (i *Injector) topmost(st *stop, goid int64) (int, error) {
	st.mu.Lock()
	id, ok := st.topmost[goid]
	st.mu.Unlock()
	if ok {
		return id, nil
	}
	p, err := i.s.injectStack(int(goid), 0, 1)
	if err != nil {
		return 0, err
	}
	if len(p.StackFrames) == 0 {
		return 0, fmt.Errorf("goroutine %d has no frames", goid)
	}
	f, err := decodeFrame(p.StackFrames[0])
	if err != nil {
		return 0, err
	}
	st.mu.Lock()
	st.topmost[goid] = f.Id
	st.mu.Unlock()
	return f.Id, nil
}

// evaluate asks for an expression's value as text. goid 0 is the selected
// goroutine.
func (i *Injector) evaluate(goid int64, expr string) (string, error) {
	// The context keeps Delve from showing failures to the user.
	return i.evaluateAs("watch", goid, expr)
}

// evaluateAs does so in a context of DAP's: in "clipboard" long values are not
// cut.
func (i *Injector) evaluateAs(context string, goid int64, expr string) (string, error) {
	st := i.s.gate.current()
	if st == nil {
		return "", errRunning
	}
	args := dap.EvaluateArguments{Expression: expr, Context: context}
	if goid != 0 {
		id, err := i.topmost(st, goid)
		if err != nil {
			return "", err
		}
		args.FrameId = id
	}
	var body dap.EvaluateResponseBody
	if err := i.s.inject("evaluate", args, &body); err != nil {
		return "", err
	}
	return body.Result, nil
}

// Eval evaluates an expression of integer or pointer type in the scope of the
// topmost frame of goroutine goid (0: the selected one).
func (i *Injector) Eval(goid int64, expr string) (uint64, error) {
	text, err := i.evaluate(goid, expr)
	if err == nil {
		if v, ok := parseInteger(text); ok {
			return v, nil
		}
		// Of a pointer Delve prints what it points to; its address has to be
		// asked for.
		if text, err = i.evaluate(goid, "uintptr("+expr+")"); err == nil {
			if v, ok := parseInteger(text); ok {
				return v, nil
			}
			err = fmt.Errorf("%.60q is not an integer", text)
		}
	}
	return 0, fmt.Errorf("evaluating %s: %w", expr, err)
}

var unsafePointer = regexp.MustCompile(`^unsafe\.Pointer\((0x[0-9a-f]+)\)$`)

// parseInteger reads an integer as Delve prints one: 5, -1, "5 = 0x5" of an
// unsigned type, unsafe.Pointer(0x5).
func parseInteger(text string) (uint64, bool) {
	if m := unsafePointer.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	number, hex, both := strings.Cut(text, " = ")
	if v, err := strconv.ParseInt(number, 10, 64); err == nil && !both {
		return uint64(v), true
	}
	base := 10
	if digits, ok := strings.CutPrefix(number, "0x"); ok {
		number, base = digits, 16
	}
	v, err := strconv.ParseUint(number, base, 64)
	if err != nil {
		return 0, false
	}
	if both && hex != fmt.Sprintf("%#x", v) {
		return 0, false
	}
	return v, true
}

// maxExamine is how much Delve's examinemem reads at once
// (rpc2.ExamineMemoryLengthLimit).
const maxExamine = 1 << 16

// ReadMemory fills buf from the target's memory at addr.
func (i *Injector) ReadMemory(addr uint64, buf []byte) error {
	if len(buf) == 0 {
		return nil
	}
	if end := addr + uint64(len(buf)); end < addr || end > math.MaxUint64-7 {
		return fmt.Errorf("reading %d bytes at %#x: beyond the address space", len(buf), addr)
	}
	// Whole words, the fewest characters a byte: they never reach into a page
	// that buf does not touch.
	for from := addr &^ 7; from < addr+uint64(len(buf)); from += maxExamine {
		to := min(from+maxExamine, (addr+uint64(len(buf))+7)&^7)
		words, err := i.examine(from, int(to-from)/8)
		if err != nil {
			return fmt.Errorf("reading %d bytes at %#x: %w", len(buf), addr, err)
		}
		if from < addr {
			copy(buf, words[addr-from:])
		} else {
			copy(buf[from-addr:], words)
		}
	}
	return nil
}

// examine reads count words at addr.
func (i *Injector) examine(addr uint64, count int) ([]byte, error) {
	if !i.s.noExamine.Load() {
		text, err := i.evaluate(0, fmt.Sprintf("dlv x -fmt hex -count %d -size 8 %#x", count, addr))
		if err == nil {
			return parseExamined(text, addr, count)
		}
		if !strings.Contains(err.Error(), "command not available") {
			return nil, err
		}
		i.s.noExamine.Store(true) // Delve before 1.26
	}
	return i.examineArrays(addr, count)
}

// maxArray is how many elements of an array Delve evaluates (its
// DefaultLoadConfig), and of each of those, if they are arrays.
const maxArray = 64

// examineArrays does so where the command is missing: the memory is taken for
// an array.
func (i *Injector) examineArrays(addr uint64, count int) ([]byte, error) {
	data := make([]byte, 0, count*8)
	for len(data) < count*8 {
		words := count - len(data)/8
		typ := fmt.Sprintf("[%d]uint64", words)
		if rows := min(words/maxArray, maxArray); rows > 0 {
			words = rows * maxArray
			typ = fmt.Sprintf("[%d][%d]uint64", rows, maxArray)
		}
		text, err := i.evaluateAs("clipboard", 0, fmt.Sprintf("*(*%s)(%#x)", typ, addr+uint64(len(data))))
		if err != nil {
			return nil, err
		}
		if data, err = appendWords(data, typ, text, words); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// appendWords reads an array of arrays of words, "[2][1]uint64 [[1],[2]]".
func appendWords(data []byte, typ, text string, count int) ([]byte, error) {
	values, ok := strings.CutPrefix(text, typ+" ")
	words := strings.FieldsFunc(values, func(r rune) bool { return r == '[' || r == ']' || r == ',' })
	if !ok || len(words) != count {
		return nil, fmt.Errorf("delve says %.120q", text)
	}
	for _, w := range words {
		v, err := strconv.ParseUint(w, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%.30q is not a word of memory", w)
		}
		data = binary.LittleEndian.AppendUint64(data, v)
	}
	return data, nil
}

// parseExamined reads rows of "0xADDR:  0xWORD  0xWORD ...", which must begin
// at addr and hold count words. Delve's errors come as a result of the same
// kind, so anything else is taken for one.
func parseExamined(text string, addr uint64, count int) ([]byte, error) {
	data := make([]byte, 0, count*8)
	for row := range strings.Lines(text) {
		fields := strings.Fields(row)
		if len(fields) == 0 {
			continue
		}
		at, ok := strings.CutSuffix(fields[0], ":")
		if !ok {
			return nil, fmt.Errorf("delve says %.120q", text)
		}
		if v, err := strconv.ParseUint(at, 0, 64); err != nil || v != addr+uint64(len(data)) {
			return nil, fmt.Errorf("delve says %.120q", text)
		}
		for _, f := range fields[1:] {
			digits, ok := strings.CutPrefix(f, "0x")
			v, err := strconv.ParseUint(digits, 16, 64)
			if !ok || len(digits) != 16 || err != nil {
				return nil, fmt.Errorf("%.30q is not a word of memory", f)
			}
			data = binary.LittleEndian.AppendUint64(data, v)
		}
	}
	if len(data) != count*8 {
		return nil, fmt.Errorf("asked for %d words, got %d", count, len(data)/8)
	}
	return data, nil
}

// Stack returns the own frames of a goroutine, topmost first, at most depth of
// them. DAP tells a function's name without the directories of its import path
// (http.(*conn).serve) and not which calls are inlined.
func (i *Injector) Stack(goid int64, depth int) ([]stitch.Frame, error) {
	if i.s.gate.current() == nil {
		return nil, fmt.Errorf("reading the stack of goroutine %d: %w", goid, errRunning)
	}
	p, err := i.s.injectStack(int(goid), 0, depth)
	if err != nil {
		return nil, fmt.Errorf("reading the stack of goroutine %d: %w", goid, err)
	}
	rules := i.s.settings().paths
	frames := make([]stitch.Frame, 0, len(p.StackFrames))
	for _, raw := range p.StackFrames {
		f, err := decodeFrame(raw)
		if err != nil {
			return nil, fmt.Errorf("reading the stack of goroutine %d: %w", goid, err)
		}
		frame := stitch.Frame{Func: f.Name, Line: f.Line, Live: -1}
		if f.Source != nil {
			frame.File = toServer(f.Source.Path, rules)
		} else {
			frame.File = autogenerated
		}
		if pc, err := strconv.ParseUint(f.InstructionPointerReference, 0, 64); err == nil {
			frame.PC = pc
		}
		frames = append(frames, frame)
	}
	return frames, nil
}

package dapproxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/go-dap"

	"github.com/dlvx/dlvx/stitch"
)

// maxFrames is how far down a stack, and for how many frames at once, Delve is
// asked. It sets memory aside for all of them before it looks how many there are:
// asked for 1<<26 it takes minutes and gigabytes, for more it dies.
const maxFrames = 1 << 22

// A tail is what stands under a thread's own frames during one stop.
type tail struct {
	// own is how many of the thread's own frames are shown: not the entry at
	// the bottom (goexit, and the wrapper of the go statement above it) where
	// a chain follows.
	own   int
	added []json.RawMessage // empty: Delve's answers stay as they are
	paths []pathRule        // with which they were made
}

// stackTrace forwards the request with its own startFrame and levels, and puts
// what the goroutine's spawners did under the answer if that reaches the
// bottom of the goroutine's own stack.
func (s *session) stackTrace(m message) {
	var args dap.StackTraceArguments
	opts := s.settings()
	err := m.arguments(&args)
	if err == nil && args.StartFrame > maxFrames {
		s.fail(m, errStack, "Unable to produce stack trace", fmt.Sprintf("startFrame is %d: stacks are shown down to frame %d", args.StartFrame, maxFrames), false)
		return
	}
	if at, ok := m.argument("levels"); ok && err == nil && args.Levels > maxFrames {
		m = m.edited(edit{at, strconv.AppendInt(nil, maxFrames, 10)})
	}
	if !opts.stitch || s.cfg.NewChains == nil || err != nil || args.ThreadId <= 0 {
		s.forward(m, nil)
		return
	}
	st, leave, ok := s.gate.enter()
	if !ok {
		s.forward(m, nil)
		return
	}
	args.StartFrame = max(args.StartFrame, 0)
	forward := func() {
		s.forward(m, func(answer message) bool {
			if !answer.success {
				// No page, or no answer at all. What waits for the questions to
				// end may go on before this is written: it says nothing of a stop.
				leave()
				return false
			}
			s.async(func() {
				defer leave()
				stitched, err := s.stitchPage(st, args, answer, opts)
				if err != nil {
					s.report("showing Delve's own stack", "error", err, "goroutine", args.ThreadId)
				}
				if err != nil || s.gate.current() != st {
					stitched = answer
				}
				s.answer(m, stitched)
			})
			return true
		})
	}
	if st.isFound(args.ThreadId) {
		forward()
		return
	}
	s.async(func() {
		if (question{session: s, m: m, stop: st}).exited(args.ThreadId) {
			leave()
			s.fail(m, errStack, "Unable to produce stack trace", fmt.Sprintf("unknown goroutine %d", args.ThreadId), false)
			return
		}
		forward()
	})
}

// exited tells whether there is no such goroutine, for which Delve would look in
// vain among all that there are, and makes it ready to be asked for one.
func (q question) exited(id int) bool {
	alive, err := q.find(int64(id))
	if err != nil {
		q.report("the stack of a goroutine may take long", "error", err, "goroutine", id)
	}
	if alive || err != nil {
		q.stop.setFound(id)
		return false
	}
	return true
}

// stitchPage returns the answer with what belongs under it: the page that
// begins at args.StartFrame of the thread's own frames followed by the added
// ones.
func (s *session) stitchPage(st *stop, args dap.StackTraceArguments, answer message, opts options) (message, error) {
	at, ok := answer.fields.get("body")
	if !ok {
		return answer, errors.New("the answer to stackTrace has no body")
	}
	body, err := scanObject(answer.body, at)
	if err != nil {
		return answer, fmt.Errorf("reading the answer to stackTrace: %w", err)
	}
	page, err := scanPage(answer.body, body)
	if err != nil {
		return answer, fmt.Errorf("reading the answer to stackTrace: %w", err)
	}
	t, err := s.tail(st, args, page, opts)
	if err != nil || t == nil || len(t.added) == 0 {
		return answer, err
	}

	start, levels := args.StartFrame, args.Levels
	shown := page.StackFrames[:min(len(page.StackFrames), max(t.own-start, 0))]
	rest := t.added
	if next := start + len(shown); next < t.own {
		rest = nil // more own frames come first
	} else {
		rest = rest[min(next-t.own, len(rest)):]
	}
	if levels > 0 {
		rest = rest[:min(len(rest), max(levels-len(shown), 0))]
	}
	return answer.edited(
		setMember(answer.body, at, body, "stackFrames", joinArray(shown, rest)),
		setMember(answer.body, at, body, "totalFrames", strconv.AppendInt(nil, int64(t.own+len(t.added)), 10)),
	), nil
}

// scanPage reads the body of an answer to stackTrace without decoding the
// frames, most of which pass by as they are.
func scanPage(data []byte, body object) (p stackPage, err error) {
	if at, ok := body.get("totalFrames"); ok {
		if p.TotalFrames, err = strconv.Atoi(string(at.of(data))); err != nil {
			return p, err
		}
	}
	at, ok := body.get("stackFrames")
	if !ok {
		return p, errors.New("there are no stackFrames")
	}
	frames, err := scanArray(data, at)
	for _, f := range frames {
		p.StackFrames = append(p.StackFrames, f.of(data))
	}
	return p, err
}

// joinArray returns a JSON array of values, whose bytes it keeps.
func joinArray(parts ...[]json.RawMessage) []byte {
	size := 2
	for _, part := range parts {
		for _, v := range part {
			size += len(v) + 1
		}
	}
	out := append(make([]byte, 0, size), '[')
	for _, part := range parts {
		for _, v := range part {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(out, v...)
		}
	}
	return append(out, ']')
}

// tail returns what stands under the thread's own frames, or nil while the page
// that the client asked for does not reach their bottom: then no chain is read.
func (s *session) tail(st *stop, args dap.StackTraceArguments, page stackPage, opts options) (*tail, error) {
	s.tailsMu.Lock()
	defer s.tailsMu.Unlock()
	if t, ok := st.tails[args.ThreadId]; ok && slices.Equal(t.paths, opts.paths) {
		return t, nil
	}
	own, ok, err := s.ownLen(args, page)
	if err != nil || !ok {
		return nil, err
	}
	// A failure is kept, too: all pages of a list must agree.
	t := &tail{paths: opts.paths}
	st.tails[args.ThreadId] = t
	chain, err := s.chain(st, int64(args.ThreadId), opts.chainDepth)
	if err != nil {
		return t, err
	}
	shown := own
	if len(chain.Links) > 0 {
		if shown, err = s.shownLen(args, page, own); err != nil {
			return t, err
		}
	}
	added, err := s.addFrames(st, stitch.Stitch(stitch.Segment{Goroutine: int64(args.ThreadId)}, chain), opts.paths)
	if err != nil {
		return t, err
	}
	t.own, t.added = shown, added
	return t, nil
}

// ownLen returns the number of the thread's own frames, if the page reaches
// their bottom. totalFrames is exact there; elsewhere it is a guess, which is
// always beyond the page (onStackTraceRequest).
func (s *session) ownLen(args dap.StackTraceArguments, page stackPage) (own int, ok bool, err error) {
	end := args.StartFrame + len(page.StackFrames)
	switch {
	case len(page.StackFrames) == 0:
		return page.TotalFrames, page.TotalFrames >= 0 && page.TotalFrames <= args.StartFrame, nil
	case page.TotalFrames <= end:
		return end, true, nil
	}
	// Nothing but the goroutine's entry can follow the wrapper of its go
	// statement. But a user's function may be called the same: look.
	last, err := decodeFrame(page.StackFrames[len(page.StackFrames)-1])
	if err != nil || !isWrapper(last.Name) {
		return 0, false, err
	}
	next, err := s.injectStack(args.ThreadId, end, 1)
	if err != nil || len(next.StackFrames) != 1 || next.TotalFrames > end+1 {
		return 0, false, err
	}
	entry, err := decodeFrame(next.StackFrames[0])
	return end + 1, err == nil && entry.Name == goexit, err
}

const goexit = "runtime.goexit"

// isWrapper tells the function in which the compiler puts the arguments of a
// go statement.
func isWrapper(name string) bool { return name != goexit && stitch.IsEntry(name) }

// shownLen returns how many of own own frames stand for something in the
// source, when a chain follows them. The last two decide; those that the page
// does not hold are asked for.
func (s *session) shownLen(args dap.StackTraceArguments, page stackPage, own int) (int, error) {
	name := func(index int) (string, error) {
		frames, at := page.StackFrames, index-args.StartFrame
		if at < 0 || at >= len(frames) {
			p, err := s.injectStack(args.ThreadId, index, 1)
			if err != nil {
				return "", err
			}
			if frames, at = p.StackFrames, 0; len(frames) == 0 {
				return "", fmt.Errorf("frame %d of goroutine %d is not there", index, args.ThreadId)
			}
		}
		f, err := decodeFrame(frames[at])
		return f.Name, err
	}
	if own == 0 {
		return 0, nil
	}
	bottom, err := name(own - 1)
	if err != nil || bottom != goexit || own == 1 {
		return own, err
	}
	above, err := name(own - 2)
	if err != nil || !isWrapper(above) {
		return own - 1, err
	}
	return own - 2, nil
}

// chain asks for a goroutine's spawn chain.
func (s *session) chain(st *stop, goid int64, limit int) (chain stitch.Chain, err error) {
	defer recovered(&err, "reading the spawn chain of goroutine %d", goid)
	c, done := s.reading(st)
	defer done()
	if c == nil {
		return stitch.Chain{}, nil
	}
	return c.Chain(goid, limit)
}

// reading returns the reader of the target, ready for questions about a stop;
// nil: there is none. It stays so until done is called.
func (s *session) reading(st *stop) (c Chains, done func()) {
	for {
		s.chainsMu.RLock()
		target := s.targets.Load()
		if s.chainsStop == st && s.chainsTarget == target {
			return s.chains, s.chainsMu.RUnlock
		}
		s.chainsMu.RUnlock()
		s.turn(st, target)
	}
}

// turn makes the reader ready for another stop. It waits for those that still
// ask about the one before, which are told to give up when that ends.
func (s *session) turn(st *stop, target int64) {
	s.chainsMu.Lock()
	defer s.chainsMu.Unlock()
	switch {
	case s.cfg.NewChains != nil && (s.chains == nil || s.chainsTarget != target):
		s.chains = s.cfg.NewChains(&Injector{s})
	case s.chains != nil && s.chainsStop != st:
		s.chains.Reset()
	}
	s.chainsTarget, s.chainsStop = target, st
}

// recovered, deferred, makes a panic an error. A reader walks a foreign process's
// memory: a mistake in it must cost the answer, not the debug session.
func recovered(err *error, doing string, args ...any) {
	if p := recover(); p != nil {
		*err = fmt.Errorf(doing+": panic: %v", append(args, p)...)
	}
}

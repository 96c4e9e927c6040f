package dapproxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/go-dap"

	"github.com/dlvx/dlvx/stitch"
)

// threads lists goroutines. Where Delve lists all of them, its list gets behind
// the names what they wait for, and those added that the client has asked to be
// shown; where it has no room for all, who is listed is decided here.
func (s *session) threads(m message) {
	opts := s.settings()
	ctx, st, leave, ok := s.gate.enterLong()
	if !ok || s.cfg.NewChains == nil {
		if ok {
			leave()
		}
		s.forward(m, nil)
		return
	}
	st.mu.Lock()
	shown := slices.Clone(st.focused)
	st.mu.Unlock()
	q := question{s, m, ctx, st, leave}
	switch {
	case opts.stitch:
		s.async(func() { q.ownThreads(opts, shown) })
	case len(shown) > 0:
		q.delvesThreads(opts, shown)
	default:
		leave()
		s.forward(m, nil)
	}
}

// ownThreads answers where there are many goroutines, and else has Delve answer.
func (q question) ownThreads(opts options, shown []focused) {
	crowded, err := q.crowded(opts)
	var threads []dap.Thread
	if crowded && err == nil {
		threads, err = q.crowdThreads(opts, shown)
	}
	if err != nil && q.ctx.Err() == nil {
		q.report("showing those threads that Delve lists", "error", err)
	}
	if !crowded || err != nil || q.gate.current() != q.stop {
		q.delvesThreads(opts, shown)
		return
	}
	defer q.leave()
	q.respond(newMessage(&dap.ThreadsResponse{Response: newResponse(q.m), Body: dap.ThreadsResponseBody{Threads: threads}}))
}

// delvesThreads answers with Delve's list.
func (q question) delvesThreads(opts options, shown []focused) {
	q.forward(q.m, func(answer message) bool {
		if !answer.success {
			q.leave()
			return false
		}
		q.async(func() {
			defer q.leave()
			named, err := q.nameThreads(answer, shown, opts.stitch)
			if err != nil && q.ctx.Err() == nil {
				q.report("showing Delve's own names of threads", "error", err)
			}
			if err != nil || q.gate.current() != q.stop {
				named = answer
			}
			q.session.answer(q.m, named)
		})
		return true
	})
}

// A thread is one of Delve's answer.
type thread struct {
	id   int64
	name span // the JSON string
}

// nameThreads returns the answer with what the proxy has to add to it.
func (q question) nameThreads(answer message, shown []focused, states bool) (message, error) {
	at, _ := answer.fields.get("body")
	body, err := scanObject(answer.body, at)
	if err != nil {
		return answer, fmt.Errorf("reading the answer to threads: %w", err)
	}
	list, ok := body.get("threads")
	if !ok {
		return answer, errors.New("the answer to threads has none")
	}
	threads, err := scanThreads(answer.body, list)
	if err != nil {
		return answer, fmt.Errorf("reading the answer to threads: %w", err)
	}
	ids := make([]int64, 0, len(threads)+len(shown))
	for _, t := range threads {
		ids = append(ids, t.id)
	}
	shown = slices.DeleteFunc(shown, func(f focused) bool { return slices.Contains(ids, f.id) })
	for _, f := range shown {
		ids = append(ids, f.id)
	}
	doing := map[int64]stitch.State{}
	if states {
		if doing, err = q.states(ids); err != nil {
			return answer, err
		}
	}
	var edits []edit
	for _, t := range threads {
		if !bytes.HasPrefix(bytes.TrimPrefix(t.name.of(answer.body)[1:], []byte("* ")), fmt.Appendf(nil, "[Go %d", t.id)) {
			continue // not a name of Delve's as we know them
		}
		state, known := doing[t.id]
		if at, ok := typeArguments(answer.body, t.name); ok && known {
			edits = append(edits, edit{at, []byte("[...]")})
		}
		if suffix := threadSuffix(state); suffix != "" {
			quoted, err := json.Marshal(suffix)
			if err != nil {
				return answer, err
			}
			end := t.name.to - 1
			edits = append(edits, edit{span{end, end}, quoted[1 : len(quoted)-1]})
		}
	}
	for _, f := range shown {
		raw, err := json.Marshal(dap.Thread{Id: int(f.id), Name: f.name + threadSuffix(doing[f.id])})
		if err != nil {
			return answer, err
		}
		if len(threads) > 0 || f != shown[0] {
			raw = append([]byte(","), raw...)
		}
		end := list.to - 1
		edits = append(edits, edit{span{end, end}, raw})
	}
	return answer.edited(edits...), nil
}

// typeArguments finds in a name the type arguments of a generic function, for which the
// compiler has their memory layout: [go.shape.struct { ID int; Name string }].
func typeArguments(data []byte, name span) (span, bool) {
	from := bytes.Index(name.of(data), []byte("[go.shape."))
	if from < 0 {
		return span{}, false
	}
	to := bytes.LastIndexByte(name.of(data), ']')
	return span{name.from + from, name.from + to + 1}, to > from
}

// scanThreads reads a list of threads without decoding the names.
func scanThreads(data []byte, list span) ([]thread, error) {
	elements, err := scanArray(data, list)
	if err != nil {
		return nil, err
	}
	threads := make([]thread, 0, len(elements))
	for _, e := range elements {
		o, err := scanObject(data, e)
		if err != nil {
			return nil, err
		}
		id, hasID := o.get("id")
		name, hasName := o.get("name")
		n, err := strconv.ParseInt(string(id.of(data)), 10, 64)
		if !hasID || !hasName || err != nil || data[name.from] != '"' {
			return nil, fmt.Errorf("%.60q is no thread", e.of(data))
		}
		threads = append(threads, thread{n, name})
	}
	return threads, nil
}

// threadSuffix is what stands behind the name of a goroutine's thread: what it
// waits for, and since when. Nothing is said of one that runs or could.
func threadSuffix(s stitch.State) string {
	switch {
	case s.Wait == "" && s.Status != "syscall":
		return ""
	case stitch.RoundWait(s.For) == "":
		return " · " + s.Word()
	}
	return " · " + s.Word() + " " + stitch.RoundWait(s.For)
}

// states returns what goroutines are doing.
func (q question) states(ids []int64) (states map[int64]stitch.State, err error) {
	defer recovered(&err, "reading the states of goroutines")
	c, done := q.reading(q.stop)
	defer done()
	if c == nil {
		return nil, nil
	}
	return c.States(q.ctx, ids)
}

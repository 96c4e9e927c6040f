package dapproxy

import (
	"bytes"
	"cmp"
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
		q.delvesThreads(shown, asDelve)
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
		how := named
		if !crowded && err == nil {
			how = ranked
		}
		q.delvesThreads(shown, how)
		return
	}
	defer q.leave()
	q.respond(newMessage(&dap.ThreadsResponse{Response: newResponse(q.m), Body: dap.ThreadsResponseBody{Threads: threads}}))
}

// What becomes of Delve's list.
type delvesList int

const (
	asDelve delvesList = iota // what the client has asked for comes to it
	named                     // and the names tell more
	ranked                    // and the order is that of many
)

// delvesThreads answers with Delve's list.
func (q question) delvesThreads(shown []focused, how delvesList) {
	q.forward(q.m, func(answer message) bool {
		if !answer.success {
			q.leave()
			return false
		}
		q.async(func() {
			defer q.leave()
			named, err := q.nameThreads(answer, shown, how)
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
	at   span // the JSON object
	name span // the JSON string in it
}

// nameThreads returns the answer with what the proxy has to add to it.
func (q question) nameThreads(answer message, shown []focused, how delvesList) (message, error) {
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
	if how >= named {
		if doing, err = q.states(ids); err != nil {
			return answer, err
		}
	}
	entries := make([]entry, 0, len(ids))
	for _, t := range threads {
		entries = append(entries, entry{t.id, t.named(answer.body, doing)})
	}
	for _, f := range shown {
		raw, err := json.Marshal(dap.Thread{Id: int(f.id), Name: f.name + threadSuffix(doing[f.id])})
		if err != nil {
			return answer, err
		}
		entries = append(entries, entry{f.id, raw})
	}
	if how == ranked {
		if err := q.rank(entries, shown); err != nil {
			return answer, err
		}
	}
	var edits []edit
	for i, e := range entries {
		switch {
		case i >= len(threads):
			if i > 0 {
				e.text = append([]byte(","), e.text...)
			}
			edits = append(edits, edit{span{list.to - 1, list.to - 1}, e.text})
		case !bytes.Equal(e.text, threads[i].at.of(answer.body)):
			edits = append(edits, edit{threads[i].at, e.text})
		}
	}
	return answer.edited(edits...), nil
}

// An entry is one of the list of threads, as the client gets it.
type entry struct {
	id   int64
	text []byte // JSON
}

// rank sorts a list of threads as that of many goroutines is. Those that are not known
// there come last; where the target is too far to look at all, the order is Delve's.
func (q question) rank(list []entry, wanted []focused) error {
	o, err := q.look()
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(wanted))
	for _, f := range wanted {
		ids = append(ids, f.id)
	}
	picks, _ := o.Pick(len(o.Heads), false, ids...)
	places := make(map[int64]int, len(picks))
	for i, p := range picks {
		places[p.ID] = i
	}
	place := func(e entry) int {
		if i, ok := places[e.id]; ok {
			return i
		}
		return len(picks)
	}
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Compare(place(a), place(b)) })
	return nil
}

// named returns Delve's entry for a thread, in which the name says what the goroutine
// waits for, and has no type arguments.
func (t thread) named(data []byte, doing map[int64]stitch.State) []byte {
	name := t.name.of(data)
	state, known := doing[t.id]
	if !known || !bytes.HasPrefix(bytes.TrimPrefix(name[1:], []byte("* ")), fmt.Appendf(nil, "[Go %d", t.id)) {
		return t.at.of(data) // of which nothing is known, or not a name of Delve's as we know them
	}
	name = name[:len(name)-1]
	if at, ok := typeArguments(name); ok {
		name = slices.Concat(name[:at.from], []byte("[...]"), name[at.to:])
	}
	suffix, err := json.Marshal(threadSuffix(state))
	if err != nil {
		return t.at.of(data)
	}
	return slices.Concat(data[t.at.from:t.name.from], name, suffix[1:], data[t.name.to:t.at.to])
}

// typeArguments finds in a name the type arguments of a generic function, for which the
// compiler has their memory layout: [go.shape.struct { ID int; Name string }].
func typeArguments(name []byte) (span, bool) {
	from := bytes.Index(name, []byte("[go.shape."))
	to := bytes.LastIndexByte(name, ']')
	return span{from, to + 1}, from >= 0 && to > from
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
		threads = append(threads, thread{n, e, name})
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

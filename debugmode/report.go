package debugmode

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
)

// Formats are those of a report.
var Formats = []string{"text", "json", "github"}

// Options say how a report looks and what it leaves out.
type Options struct {
	Format     string   // one of Formats
	WithText   bool     // json: each object has the text as well, in its member "text", and only what that has room for is there
	Background []string // functions, types and packages whose goroutines may be left over
	Goroot     string   // of the Go that built the program; "": not known
	Style      render.Style
}

// A Report makes a report of the events of one or more processes.
type Report struct {
	w          io.Writer
	out        writer
	goroot     string
	background background

	mu      sync.Mutex
	places  map[string]*repeats // of slow stretches and blocked calls, by place
	order   []*repeats
	counts  map[Kind]int   // of what was reported: stretches, calls, goroutines, contexts
	lost    int            // events that the runtime had no room for
	err     error          // the first that writing met
	earlier map[string]int // open contexts at the last dump, by place
}

// repeats are events at one place after the first, which is reported at once.
type repeats struct {
	first   Event
	count   int
	longest time.Duration
	running int64 // the goroutine that was last said to be still running; 0: none
}

// A writer writes one format. Its methods return the text to be written.
type writer interface {
	// event is given the number of contexts more than at the last dump, too.
	event(e *Event, grown int) string
	// rest says that a list had more goroutines, or contexts, in more groups.
	rest(k Kind, groups, count int) string
	// header begins a list.
	header(k Kind, total int) string
	summary(s *summary) string
	// most is how many groups of a list are written; 0: all.
	most() int
}

// A summary is what is said at the end.
type summary struct {
	counts  map[Kind]int
	repeats []*repeats // of more than one event
	lost    int
}

// NewReport returns a report that is written to w: a Write for each event, and
// for what else is said.
func NewReport(w io.Writer, o Options) (*Report, error) {
	r := &Report{w: w, goroot: o.Goroot, places: map[string]*repeats{}, counts: map[Kind]int{}, earlier: map[string]int{}}
	r.background.functions = o.Background
	switch o.Format {
	case "text":
		r.out = text{o.Style, r.isStd}
	case "json":
		r.out = jsonLines{isStd: r.isStd}
		if o.WithText {
			r.out = jsonLines{isStd: r.isStd, text: text{o.Style, r.isStd}}
		}
	case "github":
		r.out = annotations{o.Style, r.isStd}
	default:
		return nil, fmt.Errorf("unknown format %q: it is one of %s", o.Format, strings.Join(Formats, ", "))
	}
	return r, nil
}

// Add reads the records of one process to their end, and reports them. dir
// names the folder of the package whose tests it runs; "": it is no test.
func (r *Report) Add(records io.Reader, dir string) error {
	var list []*Event
	err := read(records, func(e Event) {
		e.Dir = dir
		if e.Kind == Leak && slices.Contains(known, e.function()) {
			e.Tested = false // it was not reported: it might have ended yet
		}
		switch {
		case e.Kind == Slow || e.Kind == Blocked:
			r.single(&e)
		case e.Kind == Missing:
			r.say(&e)
		case e.Kind == Pending && (e.Tested || exits(&e)): // it has been reported; it was about to end it all itself
		case r.background.has(&e):
		case e.Kind == Context && r.isStd(withoutContext(framesOf(&e))[0]): // net/http keeps one for each connection it dials
		default:
			list = append(list, &e)
		}
	}, func(done end) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if done.kind == "" {
			r.lost += done.lost
			return
		}
		r.list(done, merged(list))
		list = nil
	})
	return err
}

// single reports a stretch or a call: the first at its place.
func (r *Report) single(e *Event) {
	if e.Kind == Blocked && waitsForProcess(e) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := r.place(e)
	at, again := r.places[key]
	if !again {
		at = &repeats{first: *e}
		r.places[key] = at
		r.order = append(r.order, at)
	}
	if !again || e.GoesOn { // that it still runs is news, too
		r.put(r.out.event(e, 0))
	}
	at.longest = max(at.longest, e.Ran)
	if !again || at.running != e.Goroutine { // else it is the stretch that was running
		at.count++
		r.counts[e.Kind]++
	}
	at.running = 0
	if e.GoesOn {
		at.running = e.Goroutine
	}
}

// say reports an event that is counted nowhere.
func (r *Report) say(e *Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.put(r.out.event(e, 0))
}

func (r *Report) put(text string) {
	if text != "" && r.err == nil {
		_, r.err = io.WriteString(r.w, text)
	}
}

// merged puts together what is equal on the screen. The runtime compares
// addresses: two calls in a line are two for it.
func merged(list []*Event) []*Event {
	var out []*Event
	same := map[string]*Event{}
	for _, e := range list {
		var key strings.Builder
		for i, s := range e.Stack.Segments {
			if i == 0 && s.State != nil {
				fmt.Fprintf(&key, "%s %s", s.State.Status, s.State.Wait)
			}
			for _, f := range s.Frames {
				fmt.Fprintf(&key, "\n%s %s:%d", f.Func, f.File, f.Line)
			}
			fmt.Fprintf(&key, "\n%s\n", s.Cut)
		}
		have, ok := same[key.String()]
		switch {
		case !ok:
			same[key.String()] = e
			out = append(out, e)
		case e.Waited > have.Waited:
			e.Count, e.Total = e.Count+have.Count, e.Total+have.Total
			*have = *e
		default:
			have.Count, have.Total = have.Count+e.Count, have.Total+e.Total
		}
	}
	return out
}

// list reports a list that is complete.
func (r *Report) list(done end, list []*Event) {
	grown := map[*Event]int{}
	if done.kind == Context {
		for _, e := range list {
			key := r.place(e)
			grown[e] = e.Count - r.earlier[key]
			r.earlier[key] = e.Count
		}
	}
	leaked := func(e *Event) int { // they come first in a dump
		if e.leaked() {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b *Event) int {
		return cmp.Or(cmp.Compare(leaked(a), leaked(b)), cmp.Compare(grown[b], grown[a]), cmp.Compare(b.Count, a.Count), cmp.Compare(b.Waited, a.Waited))
	})
	if done.kind == Dump {
		r.put(r.out.header(done.kind, done.total))
	}
	groups, count := 0, 0
	for i, e := range list {
		if done.kind != Dump && (done.kind != Context || done.atExit) {
			r.counts[e.Kind] += e.Count
		}
		if most := r.out.most(); most > 0 && i >= most {
			groups++
			count += e.Count
			continue
		}
		r.put(r.out.event(e, grown[e]))
	}
	if done.lost > 0 {
		count += done.lost
		if done.kind != Dump {
			r.counts[done.kind] += done.lost
		}
	}
	if count > 0 {
		r.put(r.out.rest(done.kind, groups, count))
	}
}

// Close writes the summary and returns the first error that writing met.
func (r *Report) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &summary{counts: r.counts, lost: r.lost}
	for _, at := range r.order {
		if at.count > 1 {
			s.repeats = append(s.repeats, at)
		}
	}
	r.put(r.out.summary(s))
	return r.err
}

// Found returns how many of a kind were reported: stretches, calls, goroutines
// or contexts.
func (r *Report) Found(k Kind) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts[k]
}

// isStd tells whether a frame is of the standard library.
func (r *Report) isStd(f stitch.Frame) bool {
	if r.goroot != "" {
		return strings.HasPrefix(f.File, r.goroot+"/src/") || strings.HasPrefix(f.File, r.goroot+`\src\`)
	}
	first, _, deep := strings.Cut(f.Func, "/")
	return deep && !strings.Contains(first, ".")
}

// place returns what an event has in common with its repeats: what happened, in
// which function of the user's, and how its goroutine came to be.
func (r *Report) place(e *Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", e.Kind, e.Dir, whereOf(e, r.isStd).Func)
	if e.Kind == Context {
		fmt.Fprintf(&b, ":%d", whereOf(e, r.isStd).Line)
	}
	fmt.Fprintf(&b, " %s", e.function())
	for _, s := range e.Stack.Segments[1:] {
		if len(s.Frames) > 0 {
			fmt.Fprintf(&b, " %s:%d", s.Frames[0].File, s.Frames[0].Line)
		}
	}
	return b.String()
}

// framesOf returns the frames that say where an event happened.
func framesOf(e *Event) []stitch.Frame {
	if len(e.Mid) > 0 {
		return e.Mid
	}
	if len(e.Stack.Segments) == 0 {
		return nil
	}
	return e.Stack.Segments[0].Frames
}

// whereOf returns the frame of the user's in which it happened, else the
// innermost one.
func whereOf(e *Event, isStd func(stitch.Frame) bool) stitch.Frame {
	frames := framesOf(e)
	for _, f := range frames {
		if !isStd(f) {
			return f
		}
	}
	if len(frames) == 0 {
		return stitch.Frame{}
	}
	return frames[0]
}

// spotOf returns the place in the user's sources that has to do with an event:
// the go statement of goroutines that are there too long, else where it
// happened. File is empty where there is none.
func spotOf(e *Event, isStd func(stitch.Frame) bool) stitch.Frame {
	if site := e.site(); (e.Kind == Pending || e.Kind == Leak || e.Kind == Left) && site.File != "" && !isStd(site) {
		return site
	}
	return whereOf(e, isStd)
}

// exits tells whether a goroutine is in a call of os.Exit, which another was first to make.
func exits(e *Event) bool {
	return slices.ContainsFunc(framesOf(e), func(f stitch.Frame) bool { return f.Func == "runtime.watchExit" })
}

// waitsForProcess tells whether a blocked call waits for another process to
// end, which takes as long as that process.
func waitsForProcess(e *Event) bool {
	return slices.ContainsFunc(framesOf(e), func(f stitch.Frame) bool {
		return strings.HasPrefix(f.Func, "os.(*Process).")
	})
}

package debugmode

import (
	"fmt"
	"strings"
	"time"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
)

// mostGroups is how many groups of a list the text has.
const mostGroups = 50

// text is the form for people:
//
//	dlvx: goroutine 18 main.handle ran 0.523 s without yielding
//	    main.parse ./main.go:24
//	    main.handle ./main.go:12
//	  created by goroutine 1
//	    main.main ./main.go:7
type text struct {
	style render.Style
	isStd func(stitch.Frame) bool
}

func (t text) most() int { return mostGroups }

func (t text) event(e *Event, grown int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", t.style.Bold("dlvx:"), message(e, grown))
	if e.Kind == Leak && e.Tested { // where, has been said when its test ended
		return b.String()
	}
	if e.Kind == Context {
		b.WriteString(t.segment(withoutContext(framesOf(e))))
	} else {
		b.WriteString(t.segment(framesOf(e)))
	}
	for i, s := range withoutTesting(e.Stack.Segments) {
		if i > 0 {
			b.WriteString("  " + t.style.Dim(createdBy(s)) + "\n")
			b.WriteString(t.segment(s.Frames))
		}
		for _, note := range s.Notes() {
			b.WriteString("    " + t.style.Dim(note) + "\n")
		}
	}
	return b.String()
}

func (t text) segment(frames []stitch.Frame) string {
	var b strings.Builder
	for _, f := range frames {
		if f.File == "" {
			fmt.Fprintf(&b, "    %s\n", stitch.TracebackFunc(f.Func))
		} else {
			fmt.Fprintf(&b, "    %s %s\n", stitch.TracebackFunc(f.Func), t.style.Place(f))
		}
	}
	return b.String()
}

func createdBy(s stitch.Segment) string {
	if s.Goroutine <= 0 {
		return "created by"
	}
	return fmt.Sprintf("created by goroutine %d", s.Goroutine)
}

// withoutTesting returns segments without the last ones in which package testing
// alone gets ready to run tests, and is the same for all.
func withoutTesting(segments []stitch.Segment) []stitch.Segment {
	theirs := func(frames []stitch.Frame) bool {
		for i, f := range frames {
			// TestMain runs them all; but what it starts itself is its own.
			main := i > 0 && strings.HasSuffix(f.Func, ".TestMain") || f.Func == "main.main" && f.File == "_testmain.go"
			if !main && !strings.HasPrefix(f.Func, "testing.") {
				return false
			}
		}
		return true
	}
	for n := len(segments); n > 1 && theirs(segments[n-1].Frames); n-- {
		segments = segments[:n-1]
	}
	return segments
}

// withoutContext returns frames without those that make contexts on top; one
// remains, whatever there is.
func withoutContext(frames []stitch.Frame) []stitch.Frame {
	if len(frames) == 0 {
		return make([]stitch.Frame, 1)
	}
	for len(frames) > 1 && (strings.HasPrefix(frames[0].Func, "context.") || frames[0].Func == "os/signal.NotifyContext") {
		frames = frames[1:]
	}
	return frames
}

func (t text) header(k Kind, total int) string {
	return fmt.Sprintf("%s %s\n", t.style.Bold("dlvx:"), plural(total, "goroutine"))
}

func (t text) rest(k Kind, groups, count int) string {
	what := "goroutine"
	if k == Context {
		what = "context"
	}
	if groups == 0 {
		return fmt.Sprintf("%s ... and %s of further groups (%s)\n", t.style.Bold("dlvx:"), plural(count, what), k)
	}
	return fmt.Sprintf("%s ... and %s in %s more (%s; -o json has them all)\n", t.style.Bold("dlvx:"), plural(count, what), plural(groups, "group"), k)
}

func (t text) summary(s *summary) string {
	var b strings.Builder
	for _, at := range s.repeats {
		e := &at.first
		fmt.Fprintf(&b, "%s %s %s %d times in %s, at most %s\n", t.style.Bold("dlvx:"), orUnknown(e.runs()), did(e), at.count,
			orUnknown(whereOf(e, t.isStd).Func), seconds(at.longest))
	}
	if line := s.line(); line != "" {
		fmt.Fprintf(&b, "%s %s\n", t.style.Bold("dlvx:"), line)
	}
	return b.String()
}

func did(e *Event) string {
	if e.Kind == Blocked {
		return "was in a " + call(e)
	}
	return "ran too long"
}

// line returns the summary in a line, "" where there is nothing to say.
func (s *summary) line() string {
	var parts []string
	for _, k := range Kinds {
		n := s.counts[k]
		if n == 0 {
			continue
		}
		parts = append(parts, map[Kind]string{
			Slow:    plural(n, "slow stretch"),
			Blocked: plural(n, "long system or cgo call"),
			Pending: plural(n, "goroutine") + " pending at exit",
			Leak:    plural(n, "goroutine") + " that can never be woken",
			Left:    plural(n, "goroutine") + " left behind by tests",
			Context: plural(n, "context") + " never cancelled",
		}[k])
	}
	if s.lost > 0 {
		parts = append(parts, plural(s.lost, "event")+" lost: there were too many at once")
	}
	return strings.Join(parts, ", ")
}

// message says in a line what an event is about.
func message(e *Event, grown int) string {
	switch e.Kind {
	case Slow:
		how := fmt.Sprintf("ran %s without yielding", seconds(e.Ran))
		if e.GoesOn {
			how = fmt.Sprintf("has been running for %s without yielding", seconds(e.Ran))
		}
		if e.Wall > e.Ran+e.Ran/5 {
			how += fmt.Sprintf(" (%s by the clock)", seconds(e.Wall))
		}
		return fmt.Sprintf("%s %s", goroutine(e), how)
	case Blocked:
		return fmt.Sprintf("%s was in a %s for %s", goroutine(e), call(e), seconds(e.Ran))
	case Pending:
		return fmt.Sprintf("%s %s pending at exit", goroutines(e), are(e))
	case Leak:
		if e.Tested {
			return fmt.Sprintf("%s, left behind by a test, can never be woken", goroutines(e))
		}
		return fmt.Sprintf("%s can never be woken", goroutines(e))
	case Left:
		return fmt.Sprintf("%s left behind %s", e.Test, goroutines(e))
	case Dump:
		if e.leaked() {
			return goroutines(e) + " can never be woken"
		}
		return goroutines(e)
	case Missing:
		return fmt.Sprintf("there is no list of goroutines, because %s cannot be stopped", goroutine(e))
	case Context:
		if e.AtExit {
			return fmt.Sprintf("%d of %s made here %s never cancelled", e.Count, plural(e.Total, "context"), map[bool]string{true: "was", false: "were"}[e.Count == 1])
		}
		more := ""
		if grown > 0 && grown < e.Count {
			more = fmt.Sprintf(", %d more than at the last dump", grown)
		}
		return fmt.Sprintf("%d of %s made here %s not cancelled%s", e.Count, plural(e.Total, "context"), are(e), more)
	}
	return string(e.Kind)
}

// goroutine names the one goroutine of an event.
func goroutine(e *Event) string {
	return fmt.Sprintf("goroutine %d %s", e.Goroutine, orUnknown(e.runs()))
}

// goroutines names one or more, and what they do.
func goroutines(e *Event) string {
	name := goroutine(e)
	if e.Count != 1 {
		name = fmt.Sprintf("%s %s", plural(e.Count, "goroutine"), orUnknown(e.runs()))
	}
	if len(e.Stack.Segments) > 0 && e.Stack.Segments[0].State != nil {
		s := *e.Stack.Segments[0].State
		s.At = stitch.Frame{}
		name += " " + s.String()
	}
	return name
}

func are(e *Event) string {
	if e.Count == 1 {
		return "is"
	}
	return "are"
}

// call names the call that blocked.
func call(e *Event) string {
	if frames := framesOf(e); len(frames) > 0 && strings.Contains(frames[0].Func, "._Cfunc_") {
		return "cgo call"
	}
	return "system call"
}

func orUnknown(function string) string {
	if function == "" {
		return "(unknown)"
	}
	return stitch.TracebackFunc(function)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

func plural(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "ch"):
		return fmt.Sprintf("%d %ses", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

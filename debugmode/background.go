package debugmode

import (
	"os"
	"slices"
	"strings"
	"sync"
)

// known are the first functions of goroutines that the standard library keeps
// for as long as the program runs: they are nobody's leftovers.
var known = []string{
	"os/signal.loop",
	"os/signal.NotifyContext.func1", // its context is reported
	"net/http.(*persistConn).readLoop",
	"net/http.(*persistConn).writeLoop",
	"net/http.(*connReader).backgroundRead",
	"net/http.(*http2ClientConn).readLoop",
	"net/http.(*http2ClientConn).cleanupWriteRequest",
	"net/http.(*http2serverConn).readFrames",
	"net/http/internal/http2.(*ClientConn).readLoop",
	"net/http/internal/http2.(*serverConn).readFrames",
	"database/sql.(*DB).connectionOpener",
	"database/sql.(*DB).connectionCleaner",
	"runtime/trace.Start.func1",
	"runtime/pprof.profileWriter",
	"log/syslog.(*Writer).connect",
	"testing.tRunner",
	"testing.(*F).Fuzz.func1.1",
	"internal/fuzz.CoordinateFuzzing.func1",
}

// mark is the comment on, or above, a go statement whose goroutines are meant
// to be left over.
const mark = "//dlvx:background"

// A background tells goroutines that are meant to be left over.
type background struct {
	functions []string // of the user's, see matches

	mu    sync.Mutex
	lines map[string][]string // of source files, by path; nil: it cannot be read
}

// has tells whether an event is about such goroutines: of the standard library,
// of one of the functions, or of a go statement with the mark.
func (b *background) has(e *Event) bool {
	function, site := e.function(), e.site()
	switch e.Kind {
	case Pending, Left:
		if slices.Contains(known, function) {
			return true
		}
	case Leak:
	default:
		return false
	}
	matches := func(pattern string) bool {
		return matches(pattern, function) || matches(pattern, e.runs()) || matches(pattern, site.Func)
	}
	return slices.ContainsFunc(b.functions, matches) || b.marked(site.File, site.Line)
}

// matches tells whether a name is that of a function, or of one in a package,
// type or function of that name: net/http, net/http.(*Server), main.start.
func matches(pattern, name string) bool {
	rest, ok := strings.CutPrefix(name, pattern)
	return ok && pattern != "" && (rest == "" || rest[0] == '.')
}

// marked tells whether a line of a source file, or the one above it, has the
// mark. A file that cannot be read (one of a program built with -trimpath) has none.
func (b *background) marked(file string, line int) bool {
	if file == "" {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	lines, ok := b.lines[file]
	if !ok {
		if text, err := os.ReadFile(file); err == nil {
			lines = strings.Split(string(text), "\n")
		}
		if b.lines == nil {
			b.lines = map[string][]string{}
		}
		b.lines[file] = lines
	}
	for n := line - 1; n <= line; n++ { // from 1
		if n < 1 || n > len(lines) {
			continue
		}
		code, comment, ok := strings.Cut(lines[n-1], mark)
		if ok && (n == line || strings.TrimSpace(code) == "") && strings.TrimSpace(strings.SplitN(comment+" ", " ", 2)[0]) == "" {
			return true
		}
	}
	return false
}

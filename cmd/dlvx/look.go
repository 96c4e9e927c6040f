package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/goruntime"
	proc "github.com/dlvx/dlvx/process"
	"github.com/dlvx/dlvx/stitch"
)

// A subject is what the verbs look into that look from outside: a process, or a
// core file.
type subject struct {
	pid       int
	exe, core string
	nonstop   bool
}

// A view is all goroutines of a subject, as of one look.
type view struct {
	PID       int       `json:"pid,omitempty"`
	Core      string    `json:"core,omitempty"` // path
	Go        string    `json:"go,omitempty"`   // the release that built the program: "go1.26.8"
	Time      time.Time `json:"time"`
	Atomic    bool      `json:"atomic"`              // they are of one moment
	StoppedMs float64   `json:"stoppedMs,omitempty"` // how long the program stood still; not known where Delve stopped it
	Note      string    `json:"note,omitempty"`      // why it is not as it was asked for

	Deadlocks json.RawMessage `json:"deadlocks,omitempty"` // of dump and ps, where there are any

	goroutines []stitch.Goroutine
	waits      map[int64]*stitch.Wait // what the blocked ones wait on; nil: not asked for
	deadlocks  []stitch.Deadlock      // among them
	wakers     []stitch.Edge          // who could wake the one that is asked for
}

// findSubject reads the arguments: PID, a program's name, or EXE CORE.
func findSubject(args []string, nonstop bool) (subject, error) {
	if len(args) == 2 {
		if _, err := checkGo(args[0], args[0]); err != nil {
			return subject{}, err
		}
		if _, err := os.Stat(args[1]); err != nil {
			return subject{}, fmt.Errorf("opening a core file: %w", err)
		}
		return subject{exe: args[0], core: args[1]}, nil
	}
	pid, err := proc.Find(args[0])
	if err != nil {
		return subject{}, err
	}
	return subject{pid: pid, nonstop: nonstop}, nil
}

// A looker looks into a subject, once or again and again.
type looker struct {
	subject
	p      *proc.Process // nil: through Delve
	latest *latest       // of p
	reader *goruntime.Reader
	also   func(*view, context.Context, *goruntime.Reader) error // reads more into a view; nil: nothing
	log    *slog.Logger
}

// latest is the last snapshot of a process. All looks have one reader, which
// keeps what cannot change.
type latest struct{ *proc.Snapshot }

func newLooker(s subject, log *slog.Logger) (*looker, error) {
	l := &looker{subject: s, log: log}
	if s.core != "" {
		return l, nil
	}
	p, err := proc.Open(s.pid, log)
	switch {
	case errors.Is(err, proc.ErrSystem):
		fmt.Fprintln(os.Stderr, "dlvx: attaching Delve, which stops the program until all is read")
	case err != nil:
		return nil, err
	default:
		l.p, l.latest = p, &latest{}
		l.reader = goruntime.NewReader(l.latest, log)
	}
	return l, nil
}

func (l *looker) close() {
	if l.p != nil {
		if err := l.p.Close(); err != nil {
			l.log.Warn("something was left open", "why", err)
		}
	}
}

// look reads all goroutines.
func (l *looker) look(ctx context.Context) (v view, err error) {
	switch {
	case l.core != "":
		return l.lookIntoCore(ctx)
	case l.p == nil:
		return l.delve(ctx)
	}
	s, err := l.p.Snapshot(ctx, l.nonstop)
	if err != nil {
		return view{}, err
	}
	defer s.Close()
	v = view{
		PID: l.pid, Go: l.p.GoVersion(), Time: time.Now(), Atomic: s.Atomic, Note: s.Note,
		StoppedMs: float64(s.Stopped.Microseconds()) / 1000,
	}
	l.latest.Snapshot = s
	l.reader.Reset()
	err = l.read(ctx, l.reader, &v)
	return v, err
}

// name returns what the program is called.
func (l *looker) name() string {
	if l.p == nil {
		return fmt.Sprintf("process %d", l.pid)
	}
	return fmt.Sprintf("%s (%d)", l.p.Name(), l.pid)
}

// lookIntoCore reads those of a core file. What we cannot read, Delve may.
func (l *looker) lookIntoCore(ctx context.Context) (v view, err error) {
	c, err := proc.OpenCore(l.exe, l.core, l.log)
	if err != nil {
		l.log.Info("Delve reads the core file", "why", err)
		if v, delveErr := l.delve(ctx); delveErr == nil || errors.Is(err, proc.ErrSystem) {
			return v, delveErr
		}
		return view{}, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	v = view{Core: l.core, Go: c.GoVersion(), Time: time.Now(), Atomic: true, Note: c.Note}
	err = l.read(ctx, goruntime.NewReader(c, l.log), &v)
	return v, err
}

// delve reads them through Delve: where nothing else can.
func (l *looker) delve(ctx context.Context) (v view, err error) {
	p := delve.Program{Core: l.core, Attach: delve.Attach{PID: l.pid}}
	if l.core != "" {
		if err := checkBinary(l.exe, true); err != nil {
			return view{}, err
		}
		p.Args = []string{l.exe}
	}
	s, release, err := delve.Inspect(p)
	if err != nil {
		return view{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	v = view{PID: l.pid, Core: l.core, Time: time.Now(), Atomic: true}
	err = l.read(ctx, goruntime.NewReader(s, l.log), &v)
	return v, err
}

// read sets what a view shows.
func (l *looker) read(ctx context.Context, r *goruntime.Reader, v *view) (err error) {
	if v.goroutines, err = r.Goroutines(ctx); err == nil && l.also != nil {
		err = l.also(v, ctx, r)
	}
	return err
}

// sayNote tells the user on standard error where goroutines are not of one
// moment, or not all there.
func (v view) sayNote() {
	note := v.Note
	if !v.Atomic {
		note = cmp.Or(note, "the program was not stopped") + ": each goroutine is of a moment of its own, and those that ran have no stack"
	}
	if note != "" {
		fmt.Fprintf(os.Stderr, "dlvx: %s\n", note)
	}
}

// json writes what a verb shows as one JSON object, with where it comes from.
func (v view) json(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	head, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	head = bytes.TrimSuffix(head, []byte("\n}"))
	_, err = fmt.Printf("%s,\n  %q: %s\n}\n", head, name, bytes.ReplaceAll(bytes.TrimSpace(b.Bytes()), []byte("\n"), []byte("\n  ")))
	return err
}

package debugmode

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dlvx/dlvx/stitch"
)

// A record is one record as it stands on the wire.
type record struct {
	fields   []string
	sections []section
}

type section struct {
	fields []string
	frames []stitch.Frame
}

// maxLine is the longest line that is read, in bytes.
const maxLine = 1 << 20

// Read reads records to their end, and calls sink for each event. It returns
// the first error: of a record that makes no sense, which is left out, or of
// reading, which ends it. A record that is cut off is that of a process that was
// killed, and no error.
func Read(r io.Reader, sink func(Event)) error {
	return read(r, sink, func(end) {})
}

// read also says where lists end.
func read(r io.Reader, sink func(Event), done func(end)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	d := decoder{sink: sink, done: done}
	var rec record
	var first error
	bad := func(err error) {
		if first == nil && err != nil {
			first = fmt.Errorf("reading what the runtime says: %w", err)
		}
	}
	for lines.Scan() {
		line := lines.Text()
		switch {
		case line == ".":
			bad(d.record(rec))
			rec = record{}
		case len(rec.fields) == 0:
			rec.fields = strings.Split(line, "\t")
		case strings.HasPrefix(line, "@"):
			rec.sections = append(rec.sections, section{fields: strings.Split(line, "\t")})
		case strings.HasPrefix(line, "\t") && len(rec.sections) > 0:
			s := &rec.sections[len(rec.sections)-1]
			if f := strings.Split(line, "\t"); len(f) == 4 {
				n, err := strconv.Atoi(f[3])
				if err != nil {
					bad(fmt.Errorf("frame %q", line))
				}
				s.frames = append(s.frames, stitch.Frame{Func: f[1], File: f[2], Line: n, Live: -1})
			}
		}
	}
	bad(lines.Err())
	return first
}

// A decoder makes events of records.
type decoder struct {
	sink func(Event)
	done func(end)

	list Kind // the list that is being read; "": none
	test string
	end  end
}

func (d *decoder) record(r record) error {
	if len(r.fields) == 0 {
		return errors.New("a record without a first line")
	}
	n := func(i int) int64 {
		if i >= len(r.fields) {
			return 0
		}
		v, _ := strconv.ParseInt(r.fields[i], 10, 64) // what is no number is not known
		return max(v, 0)
	}
	text := func(i int) string {
		if i >= len(r.fields) {
			return ""
		}
		return r.fields[i]
	}
	switch kind := r.fields[0]; kind {
	case "slow":
		e := Event{Kind: Slow, Goroutine: n(1), Count: 1, Ran: time.Duration(n(2)), Wall: time.Duration(n(3)), GoesOn: text(4) == "goes on"}
		e.Stack = r.stack(e.Goroutine, state(text(5), text(4), 0))
		e.Mid = own(r.frames("@mid"))
		d.sink(e)
	case "blocked":
		e := Event{Kind: Blocked, Goroutine: n(1), Count: 1, Ran: time.Duration(n(2))}
		e.Stack = r.stack(e.Goroutine, nil)
		d.sink(e)
	case "missing":
		e := Event{Kind: Missing, Goroutine: n(1), Count: 1}
		e.Stack = r.stack(e.Goroutine, state("running", "", 0))
		d.sink(e)
	case "lost":
		d.done(end{lost: int(n(1))})
	case "leaked", "pending", "dump", "left":
		d.list = map[string]Kind{"leaked": Leak, "pending": Pending, "dump": Dump, "left": Left}[kind]
		d.test = text(3)
		d.end = end{kind: d.list, atExit: kind == "leaked" || kind == "pending", total: int(n(1)), lost: int(n(2))}
	case "contexts":
		d.list = Context
		d.end = end{kind: Context, atExit: text(1) == "exit"}
	case "group":
		if d.list == "" || d.list == Context {
			return errors.New("a group in no list")
		}
		e := Event{
			Kind: d.list, Count: int(n(1)), Goroutine: n(2), Waited: time.Duration(n(3)),
			Test: d.test, AtExit: d.end.atExit, Tested: n(5) != 0 && d.list != Left && d.list != Dump,
		}
		s := state(text(6), "", e.Waited)
		if n(4) != 0 {
			s.Status = "leaked"
		}
		e.Stack = r.stack(e.Goroutine, s)
		d.sink(e)
	case "site":
		if d.list != Context {
			return errors.New("a site in no list")
		}
		d.sink(Event{Kind: Context, Count: int(n(1)), Total: int(n(2)), Stack: r.stack(0, nil), AtExit: d.end.atExit})
	case "end":
		d.done(d.end)
		d.list, d.end = "", end{}
	case "bye":
	default:
		return fmt.Errorf("unknown record %q", kind)
	}
	return nil
}

// state makes a goroutine's state of the runtime's word for it.
func state(word, how string, waited time.Duration) *stitch.State {
	switch {
	case how == "exited" || how == "goes on":
		return &stitch.State{Status: "running"}
	case word == "running" || word == "runnable" || word == "syscall" || word == "":
		return &stitch.State{Status: word, For: waited}
	}
	return &stitch.State{Status: "waiting", Wait: word, For: waited}
}

func (r record) frames(name string) []stitch.Frame {
	for _, s := range r.sections {
		if s.fields[0] == name {
			return s.frames
		}
	}
	return nil
}

// Flags of a label that readers know: see package spawnlabel.
const (
	flagCutDepth   = 1 << 0
	flagCutMemory  = 1 << 1
	flagCutUnknown = 1 << 2
	flagRespawn    = 1 << 3
	flagPCsCut     = 1 << 4
)

// stack returns the logical stack that the sections of a record tell of.
func (r record) stack(goroutine int64, state *stitch.State) stitch.Stack {
	segment := stitch.Segment{Goroutine: goroutine, State: state, Frames: own(r.frames("@own"))}
	if len(segment.Frames) == 0 { // a goroutine that has exited: better its function than nothing
		segment.Frames = own(r.frames("@mid"))
	}
	if len(segment.Frames) == 0 {
		for _, s := range r.sections {
			if s.fields[0] == "@start" && len(s.fields) > 1 {
				segment.Frames = []stitch.Frame{{Func: s.fields[1], Live: -1}}
			}
		}
	}
	var spawners []int64
	var chain stitch.Chain
	for _, s := range r.sections {
		switch s.fields[0] {
		case "@spawners":
			for _, f := range s.fields[1:] {
				id, _ := strconv.ParseInt(f, 10, 64)
				spawners = append(spawners, id)
			}
		case "@spawn":
			flags := 0
			if len(s.fields) > 1 {
				flags, _ = strconv.Atoi(s.fields[1])
			}
			cut := stitch.NotCut
			switch {
			case flags&flagCutDepth != 0:
				cut = stitch.CutDepth
			case flags&flagCutMemory != 0:
				cut = stitch.CutMemory
			case flags&flagCutUnknown != 0:
				cut = stitch.CutRuntime
			}
			switch last := len(chain.Links) - 1; {
			case cut != stitch.NotCut && last >= 0:
				chain.Links[last].Cut = cut
			case cut != stitch.NotCut:
				chain.Cut = cut
			default:
				l := stitch.Link{Provenance: stitch.Label, Frames: stitch.TrimRecorded(s.frames), FramesCut: flags&flagPCsCut != 0}
				if len(spawners) > 0 {
					l.Spawner, spawners = spawners[0], spawners[1:]
				}
				if flags&flagRespawn != 0 {
					l.Cut = stitch.CutRespawn
					spawners = nil // they count the generations that are left out
				}
				chain.Links = append(chain.Links, l)
			}
		}
	}
	return stitch.Stitch(segment, chain)
}

// own returns the frames of a goroutine's own stack that are not the
// runtime's: without those by which it waits, or was stopped, on top, and what
// stands below its first function.
func own(frames []stitch.Frame) []stitch.Frame {
	frames = frames[:stitch.OwnLen(frames)]
	if len(frames) == 1 && frames[0].Func == "runtime.goexit" { // it has not run yet
		return nil
	}
	for n := len(frames); n > 1 && isBottom(frames[n-1].Func); n-- {
		frames = frames[:n-1]
	}
	i := slices.IndexFunc(frames, func(f stitch.Frame) bool { return !inRuntime(f.Func) })
	if i < 0 {
		return frames
	}
	return frames[i:]
}

// isBottom tells what stands below a goroutine's first function: of main, of
// package initialisation, of the function given to iter.Pull.
func isBottom(name string) bool {
	switch name {
	case "runtime.main", "runtime.doInit", "runtime.doInit1", "runtime.corostart":
		return true
	}
	return false
}

// inRuntime tells whether a function is the runtime's own.
func inRuntime(name string) bool {
	return strings.HasPrefix(name, "runtime.") || strings.HasPrefix(name, "internal/runtime/") ||
		strings.HasPrefix(name, "sync.runtime_") || strings.HasPrefix(name, "internal/poll.runtime_") || strings.HasPrefix(name, "internal/sync.runtime_")
}

package debugmode

import (
	"time"

	"github.com/dlvx/dlvx/stitch"
)

// A Kind says what an event is about.
type Kind string

const (
	Slow    Kind = "slow"    // a goroutine ran too long without blocking or yielding
	Blocked Kind = "blocked" // a system or cgo call took too long
	Pending Kind = "pending" // goroutines that still exist at exit
	Leak    Kind = "leak"    // goroutines that can never be woken
	Left    Kind = "left"    // goroutines that a test left behind
	Context Kind = "context" // contexts that have not been cancelled
	Dump    Kind = "dump"    // goroutines, because a dump was asked for
	Missing Kind = "missing" // there is no list of goroutines, because this one does not stop
)

// Kinds are those that tell of something which may be wrong.
var Kinds = []Kind{Slow, Blocked, Pending, Leak, Left, Context}

// An Event is one thing that the runtime of a watched program has to say. The
// fields that its kind does not name are zero.
type Event struct {
	Kind Kind

	// Goroutine is the one that it is about, or one of Count equal ones, which
	// waits the longest. 0: contexts, of which Count were made at one place.
	Goroutine int64
	Count     int
	Total     int // contexts made at that place, cancelled ones too

	Stack stitch.Stack   // the goroutine's, or of the call that made the contexts
	Mid   []stitch.Frame // slow: its own frames when half the limit had passed; nil: not known

	Ran    time.Duration // slow: on a thread. blocked: in the call
	Wall   time.Duration // slow: by the clock
	GoesOn bool          // slow: it still runs
	Waited time.Duration // in its present state; 0: not known
	Test   string        // left: the test

	// Dir is the folder of the package whose tests the process runs; "": it runs none.
	Dir string
	// AtExit tells whether the list that this belongs to was made at the end
	// of the program.
	AtExit bool
	// Tested: a test started it, and it has been reported as left behind by that.
	Tested bool
}

// An end says that a list is complete.
type end struct {
	kind   Kind
	atExit bool
	total  int // goroutines, where they were counted
	lost   int // of them in no event
}

// function returns the first function of the goroutine, "" if it is not known.
func (e *Event) function() string {
	frames := framesOf(e)
	if len(frames) == 0 || e.Kind == Context {
		return ""
	}
	return frames[len(frames)-1].Func
}

// leaked tells whether nothing can wake the goroutine any more.
func (e *Event) leaked() bool {
	return len(e.Stack.Segments) > 0 && e.Stack.Segments[0].State != nil && e.Stack.Segments[0].State.Status == "leaked"
}

// runs returns the function that says what the goroutine is for: what a helper
// such as sync.WaitGroup.Go was given, else its first one.
func (e *Event) runs() string {
	if _, given := e.helper(); given != "" {
		return given
	}
	return e.function()
}

// site returns the go statement that made the goroutine, or the call of the
// helper which has that; zero where it is not known.
func (e *Event) site() stitch.Frame {
	if call, _ := e.helper(); call.Func != "" {
		return call
	}
	if len(e.Stack.Segments) < 2 || len(e.Stack.Segments[1].Frames) == 0 {
		return stitch.Frame{}
	}
	return e.Stack.Segments[1].Frames[0]
}

// helper is that of [stitch.HelperOf].
func (e *Event) helper() (call stitch.Frame, given string) {
	frames := framesOf(e)
	if len(frames) == 0 || len(e.Stack.Segments) < 2 || e.Kind == Context {
		return stitch.Frame{}, ""
	}
	return stitch.HelperOf(frames, frames[len(frames)-1], e.Stack.Segments[1].Frames)
}

package dapproxy

import (
	"context"
	"io"
	"log/slog"

	"github.com/dlvx/dlvx/stitch"
)

// Config is what Serve needs of its caller.
type Config struct {
	Log *slog.Logger

	// Version is what clients are told of dlvx's version.
	Version string

	// NoStitch is for sessions whose launch or attach request does not say what
	// "stitch" is: stacks are Delve's own, and nothing is recorded.
	NoStitch bool

	// Recorder makes launched programs record their spawns; nil: none does.
	Recorder Recorder

	// Dial connects to the debugger elsewhere that an attach request names
	// ("mode": "remote" with "port"). nil: such a request means the debugger that
	// Serve was given.
	Dial func(ctx context.Context, addr string) (io.ReadWriteCloser, error)

	// NewChains returns the reader of the target's spawn chains. It is called
	// at the first stop at which something is asked that needs it, and again
	// after a restart. The Injector asks through the session itself; a caller
	// that has a better way to the target may ignore it. nil, or returning
	// nil: nothing is stitched.
	NewChains func(*Injector) Chains

	// Leave, unless nil, is called before the debugger is told that the client
	// disconnects. It must return soon.
	Leave func()

	// Stop, unless nil, tells of a target that others may resume, who do not tell
	// the client. id identifies the present stop by a value that can be compared,
	// nil where that is not to be told; stopped is false while the target runs. It
	// must return soon.
	Stop func() (id any, stopped bool)
}

// Chains reads goroutines and their spawn chains out of the stopped target. No
// call is made while the target runs. Several may be made at once, but for
// Reset.
type Chains interface {
	// Chain returns how goroutine goid came to be: at most limit links; 0 asks
	// for all that there are.
	Chain(goid int64, limit int) (stitch.Chain, error)
	// Goroutines returns all goroutines. It may take seconds where they are
	// many, and must return soon when ctx is done.
	Goroutines(ctx context.Context) ([]stitch.Goroutine, error)
	// States returns what goroutines are doing; At need not be set. Those that
	// cannot be told of are left out. It must return soon when ctx is done.
	States(ctx context.Context, goids []int64) (map[int64]stitch.State, error)
	// Find tells whether a goroutine lives, and makes the debugger ready to be
	// asked for its stack, which it would otherwise have to search for.
	Find(goid int64) (alive bool, err error)

	// Count returns how many goroutines there may be at most, in no time. Its
	// error, and that of Overview, is errors.ErrUnsupported where the target is
	// too far away to look at all of many.
	Count() (int, error)
	// Overview returns all goroutines at a glance. What it returns is not used
	// after Reset. It must return soon when ctx is done.
	Overview(ctx context.Context) (stitch.Overview, error)
	// Some returns goroutines, in the order asked for and without their chains.
	// Those that do not live are left out.
	Some(ctx context.Context, goids []int64) ([]stitch.Goroutine, error)

	// Reset is called before the first question about another stop.
	Reset()
}

// Recorder prepares a build to record spawns.
type Recorder interface {
	// Prepare returns what a launch needs for its program to record. It may
	// take seconds; ctx is cancelled when the client no longer waits.
	Prepare(ctx context.Context, l Launch) (Prepared, error)
}

// Launch is what a launch request says about the program to be built.
type Launch struct {
	Mode       string   // "debug" or "test"; or "exec", which builds nothing
	Record     string   // "auto", "label" or "ancestors"
	Ancestors  int      // attribute "ancestors": how many generations GODEBUG keeps where it records
	Program    string   // as in the request: a package or file (exec: a binary), relative to Dir
	Dir        string   // where the go command will run; "": Delve's own working directory
	BuildFlags []string // the user's own
	Env        map[string]*string

	Watch   *Watch        // attribute "debugMode"; nil: the program is not watched
	NoDebug bool          // it runs without the debugger; only with Watch
	Warn    func(Warning) // only with Watch: tells the client, as long as there is one
}

// Prepared is what is added to a launch request.
type Prepared struct {
	Flags []string          // appended to buildFlags
	Env   map[string]string // merged into env
	Note  string            // one line for the user, or ""

	// Settle, unless nil, returns once Warn has had everything of programs that
	// have ended.
	Settle func()
}

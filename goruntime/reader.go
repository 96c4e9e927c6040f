package goruntime

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/dlvx/dlvx/stitch"
)

var errNoGoroutine = errors.New("no such goroutine")

// A Reader tells how the goroutines of one process came to be. After the
// process is restarted a new Reader is needed.
type Reader struct {
	session Session
	log     *slog.Logger

	mu      sync.Mutex
	program *program // nil until first asked for

	looking sync.Mutex // held while an overview is made; before mu
}

// A program is what is known of the process. What cannot change while it lives
// stays over the stops; the rest goes at [Reader.Reset].
type program struct {
	mu      *sync.Mutex // the Reader's, held by whoever asks
	session Session
	mem     *memory
	layout  *layout
	symbols *symbols
	log     *slog.Logger
	labels  *spawnlabel.Format // nil: the program does not record labels
	waits   map[uint8]string
	records map[uint64]record // by address of a label, which is immutable
	located map[int64]slot    // of goroutines that the debugger has shown, and no scan has
	scanner scanner
	listing *listing // nil until a list is asked for

	waitLayout *waitLayout       // nil until waits are asked for
	typeNames  map[uint64]string // by address of a type descriptor, which is immutable

	addrs  []byte // scratch memory of walks
	calls  [][]stitch.Frame
	gone   map[int64]bool // spawners that are known to have exited
	resets int            // how often the target may have run

	stop
}

// A stop is what is known only until the program goes on.
type stop struct {
	scanned  bool                      // gs is up to date
	timed    bool                      // now has been asked for
	now      int64                     // by the target's clock; 0: not known
	present  map[int64]*presence       // of spawners, or of all; nil: it has exited
	stacks   map[string][]stitch.Frame // by their return addresses
	chains   map[origin]stitch.Chain
	marked   map[recording][]stitch.Frame
	ancestry ancestry
	list     []stitch.Goroutine // all of them; nil: not asked for
	waiting  map[int64]*stitch.Wait
}

func newStop() stop {
	return stop{
		present:  map[int64]*presence{},
		stacks:   map[string][]stitch.Frame{},
		chains:   map[origin]stitch.Chain{},
		marked:   map[recording][]stitch.Frame{},
		ancestry: ancestry{lists: map[slice]link{}, links: map[string]link{}},
	}
}

// NewReader returns a Reader of the program that s looks into. Nothing is read
// before the first question.
func NewReader(s Session, log *slog.Logger) *Reader {
	return &Reader{session: s, log: log}
}

// Reset must be called whenever the target may have run.
func (r *Reader) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.program != nil {
		r.program.resets++
		r.program.stop = newStop()
		r.program.symbols.reread = true
	}
}

// Chain returns how a living goroutine came to be: at most limit links (0: all
// that there are). Every link is of the best provenance that it can be had of.
// The first goroutine has none.
//
// What cannot be read of an older link ends the chain with a cut; an error is
// returned only where nothing can be said at all.
func (r *Reader) Chain(goid int64, limit int) (stitch.Chain, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.chain(goid, limit)
	if err != nil {
		return stitch.Chain{}, fmt.Errorf("reading the spawn chain of goroutine %d: %w", goid, err)
	}
	return c, nil
}

func (r *Reader) chain(goid int64, limit int) (stitch.Chain, error) {
	p, err := r.open()
	if err != nil {
		return stitch.Chain{}, err
	}
	g, alive, err := p.asked(goid)
	switch {
	case err != nil:
		return stitch.Chain{}, err
	case alive:
		return p.chain(g, limit)
	case g.id == goid && goid != 0:
		// What Delve lists as goroutines, but are none: the spare g's that wait
		// for threads of C code (runtime.extraM), and those just being born.
		return stitch.Chain{}, nil
	}
	return stitch.Chain{}, errNoGoroutine
}

// open returns the program, which is looked at with the first question.
func (r *Reader) open() (*program, error) {
	if r.program == nil {
		p, err := openProgram(r.session, r.log)
		if err != nil {
			return nil, err
		}
		p.mu = &r.mu
		r.program = p
	}
	return r.program, nil
}

func openProgram(s Session, log *slog.Logger) (*program, error) {
	mem := &memory{s: s, pages: map[uint64][]byte{}}
	l, err := readLayout(s)
	if err != nil {
		return nil, err
	}
	symbols, err := newSymbols(mem, l)
	if err != nil {
		return nil, err
	}
	return &program{
		session: s,
		mem:     mem,
		layout:  l,
		symbols: symbols,
		log:     log,
		labels:  readFormat(s, mem, log),
		waits:   map[uint8]string{},
		records: map[uint64]record{},
		located: map[int64]slot{},
		gone:    map[int64]bool{},
		stop:    newStop(),

		typeNames: map[uint64]string{},
	}, nil
}

// readFormat returns nil where the program does not record labels, or in a
// format that is not ours: then the other provenances are left.
func readFormat(s Session, mem *memory, log *slog.Logger) *spawnlabel.Format {
	addr, err := placesOf(s).Address("spawnLabelFormat")
	if err != nil {
		log.Info("the program does not record spawn labels", "why", err)
		return nil
	}
	f, err := spawnlabel.ReadFormat(mem, addr)
	if err != nil {
		log.Warn("spawn labels are not used", "why", err)
		return nil
	}
	return &f
}

// ReadMemory makes memory a [spawnlabel.Memory].
func (m *memory) ReadMemory(addr uint64, buf []byte) error { return m.read(addr, buf) }

package stitch

import "time"

// A Wait is what a blocked goroutine waits for: it goes on with the first of its
// cases that can. Waits, and the objects that they share, are not changed once
// made.
type Wait struct {
	Cases []Case // one, but of a select, which may have several
	Cut   bool   // a select has more cases than are kept

	// Never says why nothing can ever wake the goroutine ("the channel is
	// nil"); "": something may.
	Never string
	// Unknown says why it is not known what the goroutine waits on, where it
	// waits for something of which that can be told otherwise.
	Unknown string
}

// A Case is one thing that would let a blocked goroutine go on.
type Case struct {
	Op Op
	On *Object // nil: nothing but the time
	// Due is in how long the runtime ends the wait by itself: that of a sleep,
	// of a timer's channel, of the deadline of a connection; it may be less than
	// zero, of what is late. nil: it does not, or that is not known.
	Due *time.Duration
}

// An Op is what a goroutine wants to do with what it waits on.
type Op string

const (
	OpReceive Op = "receive" // from a channel
	OpSend    Op = "send"    // to one
	OpLock    Op = "lock"    // a Mutex; of an RWMutex, against other writers
	OpDrain   Op = "drain"   // lock an RWMutex: other writers are locked out, readers have to leave
	OpRLock   Op = "rlock"   // an RWMutex
	OpWait    Op = "wait"    // for a WaitGroup, for a Cond
	OpAcquire Op = "acquire" // a semaphore of the runtime that is none of these
	OpRead    Op = "read"    // from a file, or accept a connection
	OpWrite   Op = "write"   // to one, or connect
	OpSleep   Op = "sleep"
)

// A Kind is what sort of thing goroutines wait on.
type Kind string

const (
	Chan      Kind = "chan"
	Mutex     Kind = "sync.Mutex"
	RWMutex   Kind = "sync.RWMutex"
	WaitGroup Kind = "sync.WaitGroup"
	Cond      Kind = "sync.Cond"
	Semaphore Kind = "semaphore"
	File      Kind = "file"
)

// An Object is what goroutines wait on. There is one of it for all of them.
type Object struct {
	Kind    Kind
	Addr    uint64   // of a File, that of the runtime's pollDesc
	Waiters []Waiter // all goroutines that wait on it, by their ids
	Needs   []Need   // who certainly has to go on before those who wait can

	// Of a Chan.
	Elem     string // type of its elements; "": not known
	Len, Cap uint64
	Closed   bool
	Timer    bool // the runtime sends to it, when a time.Timer or Ticker says

	// Of a Mutex, an RWMutex.
	Locked  bool // by a writer, if it is an RWMutex; also one that waits for readers to leave
	Readers int  // that have an RWMutex, or, while a writer waits for them, have not left yet

	Counter int // of a WaitGroup

	// Of a File.
	FD   int
	Name string // "tcp 127.0.0.1:80 to 10.0.0.7:40312", "pipe:[1234]"; "": not known
}

// A Waiter is a goroutine that waits on an object.
type Waiter struct {
	Goroutine int64
	Op        Op
}

// A Need is a goroutine that has to go on before those can who wait on an object,
// and how that is known: "it has it while sync.Once calls a function".
type Need struct {
	Goroutine int64
	Reason    string
}

// Confidence tells how sure an [Edge] is.
type Confidence string

const (
	// Exact: the one cannot go on before the other has gone on. That follows
	// from what the runtime and package sync do, unless the program breaks their
	// rules (unlocks what others have locked).
	Exact Confidence = "exact"
	// Candidate: the other may be the one that wakes it, for a reason that is no
	// proof.
	Candidate Confidence = "candidate"
)

// An Edge tells that one goroutine waits for another.
type Edge struct {
	From, To   int64 // goroutine ids
	Confidence Confidence
	Reason     string // how that is known, in a few words
}

// others returns how many goroutines wait on the object beside one of them.
func (o *Object) others() int { return max(0, len(o.Waiters)-1) }

package stitch

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mutexOf returns a lock that goroutines wait for, which another certainly has.
func mutexOf(holder int64, waiters ...int64) *Object {
	o := &Object{Kind: Mutex, Needs: []Need{{holder, "it has it"}}}
	for _, id := range waiters {
		o.Waiters = append(o.Waiters, Waiter{id, OpLock})
	}
	return o
}

// waitsFor returns the waits of all who wait on objects.
func waitsFor(objects ...*Object) map[int64]*Wait {
	waits := map[int64]*Wait{}
	for _, o := range objects {
		for _, w := range o.Waiters {
			if waits[w.Goroutine] == nil {
				waits[w.Goroutine] = &Wait{}
			}
			waits[w.Goroutine].Cases = append(waits[w.Goroutine].Cases, Case{Op: w.Op, On: o})
		}
	}
	return waits
}

func TestDeadlocks(t *testing.T) {
	rw := &Object{Kind: RWMutex, Waiters: []Waiter{{1, OpDrain}, {2, OpRLock}, {3, OpLock}}, Needs: []Need{{1, "it is the writer"}}}
	type deadlock struct {
		cycle      []int64 // where its edges begin
		all, stuck []int64
	}
	for name, test := range map[string]struct {
		waits map[int64]*Wait
		want  []deadlock
	}{
		"nothing":                {nil, nil},
		"a sleep":                {map[int64]*Wait{1: {Cases: []Case{{Op: OpSleep}}}, 2: {Never: "nil"}, 3: {Unknown: "why"}}, nil},
		"a chain":                {waitsFor(mutexOf(2, 1), mutexOf(3, 2)), nil},
		"itself":                 {waitsFor(mutexOf(1, 1)), []deadlock{{[]int64{1}, []int64{1}, []int64{}}}},
		"two":                    {waitsFor(mutexOf(2, 1), mutexOf(1, 2)), []deadlock{{[]int64{1, 2}, []int64{1, 2}, []int64{}}}},
		"others behind":          {waitsFor(mutexOf(2, 1, 5), mutexOf(1, 2), mutexOf(5, 7)), []deadlock{{[]int64{1, 2}, []int64{1, 2}, []int64{5, 7}}}},
		"two cycles":             {waitsFor(mutexOf(9, 8), mutexOf(8, 9), mutexOf(3, 3)), []deadlock{{[]int64{3}, []int64{3}, []int64{}}, {[]int64{8, 9}, []int64{8, 9}, []int64{}}}},
		"a select has a way out": {waitsFor(mutexOf(2, 1), &Object{Kind: Chan, Waiters: []Waiter{{1, OpReceive}}}, mutexOf(1, 2)), nil},
		"the writer needs readers, who are not known": {waitsFor(rw), nil},
		"the writer behind its own readers":           {waitsFor(rw, mutexOf(4, 5)), nil},
		"a cycle with a shorter one in it": {
			waitsFor(&Object{Kind: WaitGroup, Waiters: []Waiter{{1, OpWait}}, Needs: []Need{{2, ""}, {3, ""}}}, mutexOf(3, 2), mutexOf(1, 3)),
			[]deadlock{{[]int64{1, 3}, []int64{1, 2, 3}, []int64{}}},
		},
	} {
		var got []deadlock
		for _, d := range Deadlocks(test.waits) {
			g := deadlock{nil, d.All, d.Stuck}
			for i, e := range d.Cycle {
				g.cycle = append(g.cycle, e.From)
				if e.Confidence != Exact || e.To != d.Cycle[(i+1)%len(d.Cycle)].From {
					t.Errorf("%s: edge %d of %v", name, i, d.Cycle)
				}
			}
			got = append(got, g)
		}
		if d := cmp.Diff(test.want, got, cmp.AllowUnexported(deadlock{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// TestLongChain tries that a chain as long as a program can have is no trouble.
func TestLongChain(t *testing.T) {
	var objects []*Object
	const n = 30_000
	for i := range int64(n) {
		objects = append(objects, mutexOf((i+1)%n+1, i+1))
	}
	found := Deadlocks(waitsFor(objects...))
	if len(found) != 1 || len(found[0].Cycle) != n || len(found[0].All) != n {
		t.Fatalf("a ring of %d goroutines has %d deadlocks", n, len(found))
	}
}

func TestWaitText(t *testing.T) {
	jobs := &Object{Kind: Chan, Addr: 0xc000012345, Elem: "main.job", Cap: 3, Len: 1, Waiters: make([]Waiter, 3)}
	plain := &Object{Kind: Chan, Addr: 0xc000054321, Closed: true, Timer: true, Waiters: make([]Waiter, 2)}
	due := func(d time.Duration) *time.Duration { return &d }
	select2 := &Wait{Cases: []Case{{Op: OpSend, On: jobs}, {Op: OpReceive, On: plain}}}
	for want, w := range map[string]*Wait{
		"": nil,
		"chan main.job 0xc000012345 (1/3), 2 others": {Cases: []Case{{Op: OpReceive, On: jobs}}},
		"2 cases: 0xc000012345 0xc000054321":         select2,
		"in 12m":                                     {Cases: []Case{{Op: OpSleep, Due: due(12 * time.Minute)}}},
		"nothing: the channel is nil":                {Never: "the channel is nil"},
	} {
		if got := w.Short(); got != want {
			t.Errorf("in short: %q instead of %q", got, want)
		}
	}
	if got := (&Wait{Unknown: "why"}).Short(); got != "" {
		t.Errorf("in short: %q of what is not known", got)
	}
	for want, w := range map[string]*Wait{
		"": nil,
		"receive from chan main.job 0xc000012345 (1/3), 2 others wait":                 {Cases: []Case{{Op: OpReceive, On: jobs}}},
		"send to chan 0xc000054321 (0/0), closed, a timer's, 1 other waits, due in 3s": {Cases: []Case{{Op: OpSend, On: plain, Due: due(3 * time.Second)}}},
		"sleep, due in 12m":                                              {Cases: []Case{{Op: OpSleep, Due: due(12 * time.Minute)}}},
		"sleep, due now":                                                 {Cases: []Case{{Op: OpSleep, Due: due(-1)}}},
		"sleep, due in less than 1s":                                     {Cases: []Case{{Op: OpSleep, Due: due(1)}}},
		"nothing: the channel is nil":                                    {Never: "the channel is nil"},
		"not known: why":                                                 {Unknown: "why"},
		"lock sync.Mutex 0x10; nothing can wake it: leaked":              {Cases: []Case{{Op: OpLock, On: &Object{Kind: Mutex, Addr: 16}}}, Never: "leaked"},
		"wait for sync.WaitGroup 0x10 (counter 3)":                       {Cases: []Case{{Op: OpWait, On: &Object{Kind: WaitGroup, Addr: 16, Counter: 3}}}},
		"wait for sync.Cond 0x10":                                        {Cases: []Case{{Op: OpWait, On: &Object{Kind: Cond, Addr: 16}}}},
		"read-lock sync.RWMutex 0x10 (a writer has it)":                  {Cases: []Case{{Op: OpRLock, On: &Object{Kind: RWMutex, Addr: 16, Locked: true}}}},
		"lock sync.RWMutex 0x10 (a writer waits for 2 readers to leave)": {Cases: []Case{{Op: OpDrain, On: &Object{Kind: RWMutex, Addr: 16, Locked: true, Readers: 2}}}},
		"read from fd 7":                                                 {Cases: []Case{{Op: OpRead, On: &Object{Kind: File, FD: 7}}}},
		"write to pipe:[12] (fd 7)":                                      {Cases: []Case{{Op: OpWrite, On: &Object{Kind: File, FD: 7, Name: "pipe:[12]"}}}},
		"select: send to chan main.job 0xc000012345 (1/3), 2 others wait; sleep; sleep; 2 more":   {Cases: []Case{{Op: OpSend, On: jobs}, {Op: OpSleep}, {Op: OpSleep}, {Op: OpSleep}, {Op: OpSleep}}},
		"select: receive from chan main.job 0xc000012345 (1/3), 2 others wait; sleep; more cases": {Cases: []Case{{Op: OpReceive, On: jobs}, {Op: OpSleep}}, Cut: true},
	} {
		if got := w.String(); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}

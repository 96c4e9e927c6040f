package goruntime

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/stitch"
)

// Places in the images of these tests.
const (
	testReasons = 0x15000 // waitReasonStrings
	testSudogs  = 0x40000 // a sudog for each goroutine, 0x100 apart
	testChan    = 0x50000
	testPoll    = 0x58000
	testLock    = 0x59000
	testTop     = 0x62000 // of the goroutines' stacks, 0x1000 apart
)

// testWaits are the reasons for which goroutines of these tests wait.
var testWaits = []string{
	"", "chan receive", "chan send", "select", "sync.Mutex.Lock", "sync.RWMutex.RLock", "sync.RWMutex.Lock",
	"sync.WaitGroup.Wait", "sync.Cond.Wait", "IO wait", "sleep", "chan receive (nil chan)", "select (no cases)",
}

// newWaitImage lays out goroutines, numbered from 1, each with a stack of eight
// words and an own sudog, that wait for the reasons given.
func newWaitImage(reasons ...string) *image {
	var gs [][11]uint64
	for i, reason := range reasons {
		top := uint64(testTop + 0x1000*i)
		wait := uint64(0)
		for n, w := range testWaits {
			if w == reason {
				wait = uint64(n)
			}
		}
		gs = append(gs, [11]uint64{uint64(i + 1), 0, 0, 0, statusWaiting, wait, 0, top - 56, 0x500, top, 0})
	}
	m := newImage(gs...)
	for i := range gs {
		m.put(testTop+0x1000*uint64(i)-56, 0, 0, 0, 0, 0, 0, 0, 0)
		m.put(testG+0x1000+uint64(i)*0x100+88, 0, 0, 0)
		m.put(sudogAt(i), slicesOf(0, 16)...)
	}
	m.evals[addressExpr("waitReasonStrings")] = testReasons
	for i, w := range testWaits {
		addr := m.text(0x16000+uint64(i)*0x40, w)
		m.put(testReasons+uint64(16*i), addr, uint64(len(w)))
	}
	m.evals[addressExpr("buildVersion")] = 0x14000
	m.put(0x14000, m.text(0x14100, "go1.25.1"), 8)
	offsets := map[string]map[string]uint64{
		"g":        {"waiting": 88, "sleepWhen": 96, "trackingSeq": 104},
		"sudog":    {"g": 0, "next": 8, "elem": 24, "waitlink": 64, "c": 80},
		"hchan":    {"qcount": 0, "dataqsiz": 8, "closed": 28, "timer": 32, "elemtype": 40, "recvq.first": 64, "sendq.first": 80},
		"pollDesc": {"fd": 8, "rg": 32, "wg": 40, "rd": 48, "wd": 56},
		"timer":    {"when": 8}, "moduledata": {"types": 0x180, "etypes": 0x188},
	}
	for typ, fields := range offsets {
		for name, off := range fields {
			m.evals[fieldExpr(typ, name)] = base + off
		}
	}
	m.put(testModules+0x180, 0, 0)
	m.put(testChan, slicesOf(0, 16)...)
	m.put(testPoll, slicesOf(0, 16)...)
	m.put(testLock, slicesOf(0, 16)...)
	return m
}

func slicesOf(v uint64, n int) []uint64 {
	all := make([]uint64, n)
	for i := range all {
		all[i] = v
	}
	return all
}

func gAt(i int) uint64     { return testG + 0x1000 + uint64(i)*0x100 }
func sudogAt(i int) uint64 { return testSudogs + uint64(i)*0x100 }

// queue puts the i-th goroutine's sudog, which is for a channel, before another.
func (m *image) queue(i int, channel, next uint64) {
	m.put(gAt(i)+88, sudogAt(i))
	m.put(sudogAt(i), gAt(i), next)
	m.put(sudogAt(i)+80, channel)
}

func waitsIn(t *testing.T, s Session) map[int64]*stitch.Wait {
	t.Helper()
	waits, err := NewReader(s, slog.New(slog.DiscardHandler)).Waits(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return waits
}

func TestWaits(t *testing.T) {
	for name, c := range map[string]struct {
		reasons []string
		lay     func(*image)
		want    string // of goroutine 1
	}{
		"a channel": {[]string{"chan receive", "chan receive"}, func(m *image) {
			m.queue(0, testChan, sudogAt(1))
			m.queue(1, testChan, 0)
			m.put(testChan+64, sudogAt(0))
		}, "receive from chan 0x50000 (0/0), 1 other waits"},
		"a send": {[]string{"chan send"}, func(m *image) {
			m.queue(0, testChan, 0)
			m.put(testChan, 2, 2)
			m.put(testChan+80, sudogAt(0))
		}, "send to chan 0x50000 (2/2)"},
		"it has left the queue": {[]string{"chan receive"}, func(m *image) { m.queue(0, testChan, 0) }, "not known: it is just being woken"},
		"no channel": {[]string{"chan receive"}, func(m *image) {
			m.queue(0, testChan, 0)
			m.put(testChan, 3, 2)
		}, "not known: no channel could be read at 0x50000"},
		"a wild channel":  {[]string{"chan receive"}, func(m *image) { m.queue(0, 0x666000, 0) }, "not known: no channel could be read at 0x666000"},
		"another's sudog": {[]string{"chan receive"}, func(m *image) { m.queue(0, testChan, 0); m.put(sudogAt(0), gAt(1)) }, "not known: the runtime's queues could not be read"},
		"a wild sudog":    {[]string{"chan receive"}, func(m *image) { m.put(gAt(0)+88, 0x666000) }, "not known: the runtime's queues could not be read"},
		"none":            {[]string{"chan receive"}, func(*image) {}, "not known: the runtime's queues could not be read"},
		"a queue in a ring": {[]string{"chan receive"}, func(m *image) {
			m.queue(0, testChan, sudogAt(0))
			m.put(testChan+64, sudogAt(0))
		}, "receive from chan 0x50000 (0/0)"},
		"a select": {[]string{"select"}, func(m *image) {
			m.queue(0, testChan, 0)
			m.put(sudogAt(0)+64, sudogAt(7))
			m.put(sudogAt(7), slicesOf(0, 16)...)
			m.put(sudogAt(7), gAt(0))
			m.put(sudogAt(7)+80, testLock) // another channel
			m.put(testChan+80, sudogAt(0))
			m.put(testLock+64, sudogAt(7))
		}, "select: send to chan 0x50000 (0/0); receive from chan 0x59000 (0/0)"},
		"cases in a ring": {[]string{"select"}, func(m *image) {
			m.queue(0, testChan, 0)
			m.put(sudogAt(0)+64, sudogAt(0))
			m.put(testChan+64, sudogAt(0))
		}, "not known: it is just being woken"},
		"a lock, its sudog on the stack": {[]string{"sync.Mutex.Lock"}, func(m *image) {
			m.put(testTop-24, sudogAt(0))
			m.put(sudogAt(0), gAt(0))
			m.put(sudogAt(0)+24, testLock+mutexSema)
		}, "lock sync.Mutex 0x59000"},
		"a lock, its sudog in the g": {[]string{"sync.Mutex.Lock"}, func(m *image) {
			m.queue(0, 0, 0)
			m.put(sudogAt(0)+24, testLock+mutexSema)
		}, "lock sync.Mutex 0x59000"},
		"nothing on the stack": {[]string{"sync.Mutex.Lock"}, func(*image) {}, "not known: the runtime's queues could not be read"},
		"a group": {[]string{"sync.WaitGroup.Wait"}, func(m *image) {
			m.queue(0, 0, 0)
			m.put(sudogAt(0)+24, testLock+waitGroupSema)
			m.put(testLock, 3<<32|1)
		}, "acquire semaphore 0x59008"}, // no function on the stack says that it is one
		"readers": {[]string{"sync.RWMutex.Lock"}, func(m *image) {
			m.queue(0, 0, 0)
			m.put(sudogAt(0)+24, testLock+writerSem)
			m.put(testLock+readerCount, (1<<32+2-maxReaders)|2<<32)
		}, "lock sync.RWMutex 0x59000 (a writer waits for 2 readers to leave)"},
		"readers that cannot be": {[]string{"sync.RWMutex.Lock"}, func(m *image) {
			m.queue(0, 0, 0)
			m.put(sudogAt(0)+24, testLock+writerSem)
			m.put(testLock+readerCount, 0x7fffffff)
		}, "not known: it is just being woken"},
		"two things at one address": {[]string{"sync.Mutex.Lock", "sync.RWMutex.RLock"}, func(m *image) {
			m.queue(0, 0, 0)
			m.put(sudogAt(0)+24, testLock+mutexSema)
			m.queue(1, 0, 0)
			m.put(sudogAt(1)+24, testLock+readerSem)
			m.put(testLock+readerCount, 0x7fffffff)
		}, "lock sync.Mutex 0x59000"},
		"a condition": {[]string{"sync.Cond.Wait"}, func(m *image) {
			m.put(testTop-24, sudogAt(0), testLock)
			m.put(sudogAt(0), gAt(0))
			m.put(testLock+condNotify+notifyHead, sudogAt(0))
		}, "wait for sync.Cond 0x59000"},
		"a connection": {[]string{"IO wait"}, func(m *image) {
			m.put(testTop-16, testPoll)
			m.put(testPoll+8, 7)
			m.put(testPoll+40, gAt(0))
		}, "write to fd 7"},
		"another's connection": {[]string{"IO wait"}, func(m *image) {
			m.put(testTop-16, testPoll)
			m.put(testPoll+40, gAt(1))
		}, "not known: its connection was not found"},
		"a sleep":       {[]string{"sleep"}, func(*image) {}, "sleep"},
		"a nil channel": {[]string{"chan receive (nil chan)"}, func(*image) {}, "nothing: the channel is nil"},
		"no cases":      {[]string{"select (no cases)"}, func(*image) {}, "nothing: a select without cases"},
		"another release": {[]string{"sync.Mutex.Lock"}, func(m *image) {
			m.put(0x14000, m.text(0x14100, "go1.99.1"), 8)
		}, "not known: the release of Go is not one of 1.21 to 1.27"},
		"no offsets": {[]string{"chan receive"}, func(m *image) {
			delete(m.evals, fieldExpr("sudog", "waitlink"))
		}, "not known: where waitlink is in runtime.sudog is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newWaitImage(c.reasons...)
			c.lay(m)
			if got := waitsIn(t, m)[1].String(); got != c.want {
				t.Errorf("it waits on %q, and not %q", got, c.want)
			}
		})
	}
}

// moving is a Session of a program that goes on: its goroutine 1 has run since.
type moving struct{ *image }

func (m moving) ReadNow(ranges []Range) error {
	for i := range ranges {
		r := &ranges[i]
		if r.Err = m.ReadMemory(r.Addr, r.Buf); r.Addr == gAt(0) {
			r.Buf[104]++
		}
	}
	return nil
}

func TestWaitOfOneThatWentOn(t *testing.T) {
	m := newWaitImage("sleep", "sleep")
	waits := waitsIn(t, moving{m})
	if got := waits[1].String(); got != "not known: "+hasGoneOn {
		t.Errorf("of one that has run since it is said that it waits on %q", got)
	}
	if got := waits[2].String(); got != "sleep" {
		t.Errorf("of one that has not it is said that it waits on %q", got)
	}
}

// FuzzWaits: whatever a target's memory holds, reading what goroutines wait on
// ends, without a panic.
func FuzzWaits(f *testing.F) {
	f.Add([]byte("\x00\x40\x02\x00\x00\x00\x00\x00"), uint64(testChan), uint64(testSudogs), uint64(0))
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0}, uint64(0x30008), uint64(0x30100), uint64(0x200123))
	f.Fuzz(func(t *testing.T, data []byte, a, b, c uint64) {
		m := newWaitImage(testWaits[1:]...)
		for i := range testWaits[1:] {
			m.put(gAt(i)+88, []uint64{a, b, c, sudogAt(i)}[i%4], b)
			m.put(sudogAt(i), []uint64{gAt(i), a}[i%2], b, c, a)
			m.put(sudogAt(i)+64, c, b, a)
			m.put(testTop+0x1000*uint64(i)-24, a, b, c)
		}
		m.put(testChan, a, b, c, a, b, c, a, b, c, a, b)
		m.put(testLock, a, b, c)
		waits, err := NewReader(noise{m, data}, slog.New(slog.DiscardHandler)).Waits(t.Context())
		if err != nil {
			return
		}
		for id, w := range waits {
			if text := fmt.Sprint(w, w.Short(), w.Edges(id)); strings.Contains(text, "PANIC") {
				t.Error(text)
			}
		}
		stitch.Deadlocks(waits)
	})
}

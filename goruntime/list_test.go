package goruntime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
)

const testStatusRunning = 2

func listIDs(t *testing.T, r *Reader) []int64 {
	t.Helper()
	list, err := r.Goroutines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ids := []int64{}
	for _, g := range list {
		ids = append(ids, g.ID)
	}
	return ids
}

func TestGoroutinesAreThoseThatLive(t *testing.T) {
	m := newImage([11]uint64{9, 1, 0, 0, statusWaiting}, [11]uint64{2, 1, 0, 0, statusDead}, [11]uint64{3, 1, 0, 0, statusExtra},
		[11]uint64{4, 1, 0, 0, 0}, [11]uint64{1, 0, 0, 0, testStatusRunning | statusScan}, [11]uint64{0, 0, 0, 0, testStatusRunning})
	r := newTestReader(m)
	if got, want := listIDs(t, r), []int64{1, 9}; !slices.Equal(got, want) {
		t.Errorf("listed are %v, want %v", got, want)
	}
	m.put(testG+0x1000+4*8, statusDead) // 9 exits
	m.put(testG+0x1000+8*0x100, 12)     // behind those that there are
	if got, want := listIDs(t, r), []int64{1, 9}; !slices.Equal(got, want) {
		t.Errorf("at the same stop: %v, want %v", got, want)
	}
	r.Reset()
	if got, want := listIDs(t, r), []int64{1}; !slices.Equal(got, want) {
		t.Errorf("at the next stop: %v, want %v", got, want)
	}
}

func TestGoroutinesOfNone(t *testing.T) {
	r := newTestReader(newImage())
	if got := listIDs(t, r); len(got) != 0 {
		t.Errorf("listed are %v", got)
	}
}

// TestGoroutinesWithWhatIsKnown: what cannot be read of one takes nothing from
// it that can, nor from others.
func TestGoroutinesWithWhatIsKnown(t *testing.T) {
	m := newImage([11]uint64{1, 0, 0, 0, testStatusRunning}, [11]uint64{5, 1, 0, 0, statusWaiting}, [11]uint64{7, 1, 0, 0, statusWaiting}, [11]uint64{8, 1, 0, 0, statusWaiting})
	m.record(1)
	m.put(testLabel, 0, 0, 0, 0, 1<<16)
	m.put(testG+0x1100+88, 0x666000) // the label of 5 leads nowhere
	delete(m.mem, testG+0x1200+30)   // and a byte of 7's g is not there
	m.stacks[1] = []stitch.Frame{{Func: "main.main"}, {Func: "runtime.main"}, {Func: "runtime.goexit"}}
	got, err := newTestReader(m).Goroutines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []stitch.Goroutine{
		{
			ID: 1, State: stitch.State{Status: "running", At: stitch.Frame{Func: "main.main"}},
			Own:   []stitch.Frame{{Func: "main.main"}, {Func: "runtime.main"}},
			Chain: stitch.Chain{Cut: stitch.CutDepth},
		},
		{ID: 5, State: stitch.State{Status: "waiting"}, OwnCut: true, Chain: stitch.Chain{Cut: stitch.CutUnreadable}},
		{ID: 8, State: stitch.State{Status: "waiting"}, OwnCut: true, Chain: stitch.Chain{Cut: stitch.CutDepth}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// cancelling is a session during whose first answer about a stack the question
// is cancelled.
type cancelling struct {
	*image
	cancel func()
}

func (c *cancelling) Stack(goid int64, depth int) ([]stitch.Frame, error) {
	c.cancel()
	return c.image.Stack(goid, depth)
}

func TestGoroutinesCancelled(t *testing.T) {
	m := newImage([11]uint64{1, 0, 0, 0, testStatusRunning}, [11]uint64{5, 1, 0, 0, testStatusRunning})
	ctx, cancel := context.WithCancel(t.Context())
	r := NewReader(&cancelling{m, cancel}, slog.New(slog.DiscardHandler))
	if _, err := r.Goroutines(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got, want := listIDs(t, r), []int64{1, 5}; !slices.Equal(got, want) {
		t.Errorf("then listed are %v, want %v", got, want)
	}
}

// ticking is a session with a clock that goes on with every look at it.
type ticking struct {
	*image
	now int64
}

func (c *ticking) Now() (int64, error) {
	c.now += int64(time.Second)
	return c.now, nil
}

func TestGoroutinesHaveWaited(t *testing.T) {
	const since, blocked, future = uint64(time.Hour), statusSyscall, uint64(time.Hour) * 100
	m := newImage([11]uint64{1, 0, 0, 0, statusWaiting, 0, since}, [11]uint64{2, 0, 0, 0, blocked, 0, since}, [11]uint64{3, 0, 0, 0, statusLeaked, 0, since},
		[11]uint64{4, 0, 0, 0, testStatusRunning, 0, since}, [11]uint64{5, 0, 0, 0, statusWaiting, 0, 0}, [11]uint64{6, 0, 0, 0, statusWaiting, 0, future})
	r := NewReader(&ticking{m, int64(2 * time.Hour)}, slog.New(slog.DiscardHandler))
	list, err := r.Goroutines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	waited := time.Hour + time.Second
	want := []time.Duration{waited, waited, waited, 0, 0, 0}
	for i, g := range list {
		if g.State.For != want[i] {
			t.Errorf("goroutine %d has waited for %v, want %v", g.ID, g.State.For, want[i])
		}
	}
	if s, err := r.State(1); err != nil || s.For != waited {
		t.Errorf("asked by itself at this stop it has waited for %v, %v", s.For, err)
	}
}

// ranged is a session that reads ranges.
type ranged struct {
	*image
	asked int
	fail  error
}

func (s *ranged) ReadRanges(ranges []Range) error {
	if s.fail != nil {
		return s.fail
	}
	for i := range ranges {
		s.asked++
		ranges[i].Err = s.ReadMemory(ranges[i].Addr, ranges[i].Buf)
	}
	return nil
}

func TestGoroutinesByRanges(t *testing.T) {
	m := newImage([11]uint64{1, 0, 0, 0, statusWaiting}, [11]uint64{5, 1, 0, 0, statusWaiting}, [11]uint64{7, 1, 0, 0, statusWaiting})
	delete(m.mem, testG+0x1100) // of 5
	s := &ranged{image: m}
	r := NewReader(s, slog.New(slog.DiscardHandler))
	if got, want := listIDs(t, r), []int64{1, 7}; !slices.Equal(got, want) || s.asked != 5 { // three g's, two stacks
		t.Errorf("listed are %v of %d ranges, want %v of 5", got, s.asked, want)
	}
	s.fail = errors.New("the target is gone")
	r.Reset()
	if _, err := r.Goroutines(t.Context()); !errors.Is(err, s.fail) {
		t.Errorf("error %v, want %v", err, s.fail)
	}
	for addr := uint64(testG + 0x1000); addr < testG+0x1300; addr++ {
		delete(m.mem, addr)
	}
	if list, err := newTestReader(m).Goroutines(t.Context()); err == nil {
		t.Errorf("%v although no g can be read", list)
	}
}

func TestReadRanges(t *testing.T) {
	m := &image{mem: map[uint64]byte{}}
	for i := range uint64(1000) {
		m.mem[0x10000+i] = byte(i)
		m.mem[0x10000+maxGap+i] = byte(i)
		m.mem[0x100000+i] = byte(i)
	}
	at := func(addr uint64, n int) Range {
		return Range{Addr: addr, Buf: make([]byte, n), Err: errors.New("not read")}
	}
	for _, c := range []struct {
		name   string
		ranges []Range
		reads  int
	}{
		{"together", []Range{at(0x10000, 10), at(0x10010, 20), at(0x10018, 4)}, 1},
		{"too far apart", []Range{at(0x10000, 8), at(0x10000+maxGap+9, 8)}, 2},
		{"with a hole between", []Range{at(0x10000, 1000), at(0x10000+maxGap, 8)}, 3},
		{"in no order", []Range{at(0x10010, 8), at(0x10000, 8)}, 2},
		{"far away", []Range{at(0x10000, 8), at(0x100000, 8)}, 2},
		{"no bytes", []Range{at(0x10000, 0), at(0x10000, 0)}, 1},
		{"none", nil, 0},
	} {
		m.reads = 0
		if err := (&memory{s: m}).readRanges(c.ranges); err != nil {
			t.Fatal(err)
		}
		for _, r := range c.ranges {
			want := make([]byte, len(r.Buf))
			if err := m.ReadMemory(r.Addr, want); err != nil {
				t.Fatal(err)
			}
			m.reads--
			if r.Err != nil || !slices.Equal(r.Buf, want) {
				t.Errorf("%s: %d bytes at %#x are %x, want %x; %v", c.name, len(r.Buf), r.Addr, r.Buf, want, r.Err)
			}
		}
		if m.reads != c.reads {
			t.Errorf("%s: %d reads, want %d", c.name, m.reads, c.reads)
		}
	}
	bad := []Range{at(math.MaxUint64-3, 8), at(math.MaxUint64, 8), at(0, 8), at(8, 8), at(0x10000, 8), at(0x20000, 8)}
	if err := (&memory{s: m}).readRanges(bad); err != nil {
		t.Fatal(err)
	}
	for i, r := range bad {
		if (r.Err == nil) != (i == 4) {
			t.Errorf("8 bytes at %#x: error %v", r.Addr, r.Err)
		}
	}
}

const (
	testVersion = 0x15000
	testSet     = 0x16000
)

// labelled makes goroutines point to pprof labels of a Go release.
func (m *image) labelled(version string, sets ...uint64) {
	const labels = 88 // behind the fields of newImage
	m.evals[fieldExpr("g", "labels")] = base + labels
	m.evals[addressExpr("buildVersion")] = testVersion
	m.put(testVersion, m.text(testVersion+0x100, version), uint64(len(version)))
	for i, set := range sets {
		m.put(testG+0x1000+uint64(i*0x100)+labels, set)
	}
}

func (m *image) text(addr uint64, s string) uint64 {
	for i, c := range []byte(s) {
		m.mem[addr+uint64(i)] = c
	}
	return addr
}

func labelsOf(t *testing.T, m *image) []map[string]string {
	t.Helper()
	list, err := newTestReader(m).Goroutines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]string
	for _, g := range list {
		got = append(got, g.Labels)
	}
	return got
}

func TestPprofLabels(t *testing.T) {
	var gs [][11]uint64
	for id := range uint64(7) {
		gs = append(gs, [11]uint64{id + 1, 0, 0, 0, testStatusRunning})
	}
	m := newImage(gs...)
	key, value := m.text(0x17000, "tenant"), m.text(0x17100, "acme")
	m.put(testSet, testSet+0x100, 2, 2)
	m.put(testSet+0x100, key, 6, value, 4, value, 4, 0, 0)
	m.put(testSet+0x20, testSet+0x100, 1<<40, 2) // too many
	m.put(testSet+0x40, 0x666000, 1, 1)          // nowhere
	m.put(testSet+0x60, testSet+0x200, 1, 1)     // a key that is nowhere
	m.put(testSet+0x200, 0x666000, 6, value, 4)  //
	m.put(testSet+0x80, 0, 0, 0)                 // none
	m.labelled("devel go1.27-f00", testSet, 0, testSet+0x20, testSet+0x40, testSet+0x60, testSet+0x80, testSet)
	want := map[string]string{"tenant": "acme", "acme": ""}
	if d := cmp.Diff([]map[string]string{want, nil, nil, nil, nil, nil, want}, labelsOf(t, m)); d != "" {
		t.Error(d)
	}
	m.labelled("unheard-of")
	if got := labelsOf(t, m); got[0] != nil {
		t.Errorf("labels of a release that is not known: %v", got[0])
	}
}

// TestPprofLabelsInAMap is of Go before 1.24.
func TestPprofLabelsInAMap(t *testing.T) {
	const hmap, buckets, more = testSet + 0x100, testSet + 0x200, testSet + 0x800
	for name, c := range map[string]struct {
		spoil func(m *image)
		want  map[string]string
	}{
		"two buckets":      {func(*image) {}, map[string]string{"tenant": "acme", "acme": "tenant", "": "acme"}},
		"being moved":      {func(m *image) { m.put(hmap+24, buckets) }, nil},
		"another count":    {func(m *image) { m.put(hmap, 4) }, nil},
		"a count too big":  {func(m *image) { m.put(hmap, 1<<50) }, nil},
		"a ring":           {func(m *image) { m.put(more+264, more) }, nil},
		"a wild pointer":   {func(m *image) { m.put(buckets+264, 0x666000) }, nil},
		"a wild string":    {func(m *image) { m.put(buckets+8, 0x666000) }, nil},
		"a string too big": {func(m *image) { m.put(buckets+16, 1<<40) }, nil},
		"a wild map":       {func(m *image) { m.put(testSet, 0x666000) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := newImage([11]uint64{1, 0, 0, 0, testStatusRunning})
			key, value := m.text(0x17000, "tenant"), m.text(0x17100, "acme")
			m.put(testSet, hmap)
			m.put(hmap, 3, 1<<8, buckets, 0) // 2 to the power of 1 buckets
			for _, b := range []uint64{buckets, buckets + 272, more} {
				m.put(b, slices.Repeat([]uint64{0}, 34)...)
			}
			m.mem[buckets+0], m.mem[buckets+272+7], m.mem[more+3] = 200, 5, 77
			m.mem[buckets+1] = 4 // was moved
			m.put(buckets+8, key, 6)
			m.put(buckets+8+128, value, 4)
			m.put(buckets+272+8+7*16, value, 4)
			m.put(buckets+272+8+128+7*16, key, 6)
			m.put(buckets+264, more)
			m.put(more+8+128+3*16, value, 4)
			m.labelled("go1.23.0", testSet)
			c.spoil(m)
			if d := cmp.Diff(c.want, labelsOf(t, m)[0]); d != "" {
				t.Error(d)
			}
		})
	}
}

// FuzzGoroutines: whatever a target's memory holds, listing ends, without a panic.
func FuzzGoroutines(f *testing.F) {
	f.Add([]byte("\xf1\xff\xff\xff\x00\x00\x01\x08"), uint64(0x30000), uint64(0x30800), uint64(0x4000), false)
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0}, uint64(0x30008), uint64(0x30100), uint64(0x200123), true)
	f.Fuzz(func(t *testing.T, data []byte, sp, top, pc uint64, old bool) {
		m := newImage([11]uint64{1, 0, 0, 0, statusWaiting, 3, 4, sp, pc, top}, [11]uint64{2, 1, pc, sp, testStatusRunning}, [11]uint64{3, 2, pc, 0, statusRunnable, 0, 0, top, sp, pc})
		for i := range 6 {
			m.put(testModules+8+uint64(24*i), 0x100000, 1<<20)
		}
		m.put(testModules+8+6*24, 0, 1<<40, 0, 0x200000, 0)
		m.evals[fieldExpr("g", "startpc")] = base + 16
		m.evals[addressExpr("fingStatus")] = 0x18000
		m.labelled(map[bool]string{true: "go1.22", false: "go1.26"}[old], sp, top, pc)
		for _, s := range []Session{noise{m, data}, struct {
			noise
			RangeReader
		}{noise{m, data}, &ranged{image: m}}} {
			list, err := NewReader(s, slog.New(slog.DiscardHandler)).Goroutines(t.Context())
			if err != nil {
				continue
			}
			for _, g := range list {
				_ = fmt.Sprint(g.Stack())
			}
		}
	})
}

// asking is a context that asks something of the reader whenever it is looked at.
type asking struct {
	context.Context
	ask func()
}

func (a asking) Err() error {
	a.ask()
	return a.Context.Err()
}

// TestOthersAskDuringAList: a long list does not keep short questions waiting.
func TestOthersAskDuringAList(t *testing.T) {
	r := newTestReader(newImage([11]uint64{1, 0, 0, 0, statusWaiting}, [11]uint64{5, 1, 0, 0, statusWaiting}))
	asked := 0
	list, err := r.Goroutines(asking{t.Context(), func() {
		asked++
		if s, err := r.States(t.Context(), []int64{1, 5}); err != nil || len(s) != 2 {
			t.Errorf("states are %v, %v", s, err)
		}
		if _, err := r.Chain(1, 0); err != nil {
			t.Error(err)
		}
	}})
	if err != nil || len(list) != 2 || asked == 0 {
		t.Errorf("asked %d times, list %v, %v", asked, list, err)
	}
}

// TestTargetRunsDuringAList: a list of two stops is none.
func TestTargetRunsDuringAList(t *testing.T) {
	r := newTestReader(newImage([11]uint64{1, 0, 0, 0, statusWaiting}))
	if list, err := r.Goroutines(asking{t.Context(), r.Reset}); !errors.Is(err, errHasRun) {
		t.Errorf("listed %v, %v", list, err)
	}
	if got := listIDs(t, r); !slices.Equal(got, []int64{1}) {
		t.Errorf("afterwards listed are %v", got)
	}
}

package goruntime

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/dlvx/dlvx/stitch"
)

// An image is a session over made-up memory: pieces at addresses, and a fixed
// answer for every expression.
type image struct {
	mem    map[uint64]byte
	evals  map[string]uint64
	stacks map[int64][]stitch.Frame
	reads  int
}

func (m *image) ReadMemory(addr uint64, buf []byte) error {
	m.reads++
	for i := range buf {
		b, ok := m.mem[addr+uint64(i)]
		if !ok {
			return fmt.Errorf("nothing at %#x", addr+uint64(i))
		}
		buf[i] = b
	}
	return nil
}

func (m *image) Eval(_ int64, expr string) (uint64, error) {
	v, ok := m.evals[expr]
	if !ok {
		return 0, fmt.Errorf("could not find symbol value for %s", expr)
	}
	return v, nil
}

func (m *image) Stack(goid int64, _ int) ([]stitch.Frame, error) {
	if s, ok := m.stacks[goid]; ok {
		return s, nil
	}
	return nil, errors.New("no such goroutine")
}

func (m *image) put(addr uint64, words ...uint64) {
	for i, w := range words {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], w)
		for j, c := range b {
			m.mem[addr+uint64(8*i+j)] = c
		}
	}
}

const (
	testAllgs   = 0x10000
	testModules = 0x11000
	testHeader  = 0x12000
	testG       = 0x20000
)

// newImage lays out a program without functions, whose g's have the fields
// goid, parentGoid, gopc, ancestors, atomicstatus, waitreason, waitsince,
// sched.sp, sched.pc, stktopsp, m, in words.
func newImage(gs ...[11]uint64) *image {
	m := &image{mem: map[uint64]byte{}, evals: map[string]uint64{
		addressExpr("allgs"):           testAllgs,
		addressExpr("firstmoduledata"): testModules,
	}, stacks: map[int64][]stitch.Frame{}}
	field := func(typ string, names ...string) {
		off := uint64(0)
		for _, n := range names {
			n, size, _ := strings.Cut(n, ":")
			m.evals[fieldExpr(typ, n)] = base + off
			off += 8
			if size == "slice" {
				off += 16
			}
		}
	}
	field("g", "goid", "parentGoid", "gopc", "ancestors", "atomicstatus", "waitreason", "waitsince", "sched.sp", "sched.pc", "stktopsp", "m")
	field("ancestorInfo", "pcs:slice", "goid", "gopc")
	field("moduledata", "pcHeader", "funcnametab:slice", "cutab:slice", "filetab:slice", "pctab:slice",
		"pclntable:slice", "ftab:slice", "minpc", "maxpc", "text", "gofunc", "next")
	m.put(testModules, testHeader)
	for i := range 18 + 5 { // six empty tables, then the plain words
		m.put(testModules+8+uint64(8*i), 0)
	}
	m.put(testHeader, pcHeaderMagicGo1_20|1<<48|8<<56)
	m.put(testAllgs, testG, uint64(len(gs)))
	for i, g := range gs {
		addr := uint64(testG + 0x1000 + i*0x100)
		m.put(testG+uint64(8*i), addr)
		m.put(addr, g[:]...)
	}
	return m
}

func newTestReader(m *image) *Reader { return NewReader(m, slog.New(slog.DiscardHandler)) }

func TestFirstGoroutineHasNoChain(t *testing.T) {
	c, err := newTestReader(newImage([11]uint64{1, 0, 0, 0, statusWaiting})).Chain(1, 0)
	if err != nil || len(c.Links) != 0 || c.Cut != stitch.NotCut {
		t.Errorf("chain of goroutine 1: %+v, %v", c, err)
	}
}

func TestNoSuchGoroutine(t *testing.T) {
	m := newImage([11]uint64{1, 0, 0, 0, statusWaiting}, [11]uint64{5, 1, 0, 0, statusDead})
	r := newTestReader(m)
	if c, err := r.Chain(5, 0); err != nil || len(c.Links) != 0 {
		t.Errorf("a g that serves no goroutine now: %+v, %v", c, err)
	}
	for _, id := range []int64{7, 0, -1} {
		if _, err := r.Chain(id, 0); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("goroutine %d: no such goroutine", id)) {
			t.Errorf("goroutine %d: error %v", id, err)
		}
	}
	before := m.reads
	if _, err := r.Chain(7, 0); err == nil {
		t.Error("goroutine 7 has come to life")
	}
	if m.reads != before {
		t.Errorf("asking again for a goroutine that does not exist cost %d reads", m.reads-before)
	}
}

func TestGoroutineExitsBetweenStops(t *testing.T) {
	m := newImage([11]uint64{1, 0, 0, 0, statusWaiting})
	r := newTestReader(m)
	if _, err := r.Chain(1, 0); err != nil {
		t.Fatal(err)
	}
	m.put(testG+0x1000, 9) // its g serves another goroutine now
	r.Reset()
	if _, err := r.Chain(1, 0); err == nil {
		t.Error("a goroutine whose g has another id was found")
	}
	if _, err := r.Chain(9, 0); err != nil {
		t.Errorf("the g's new goroutine: %v", err)
	}
}

// TestUnnamedPosition: a goroutine that stands where the debugger has no name for
// says no place.
func TestUnnamedPosition(t *testing.T) {
	m := newImage([11]uint64{1, 0, 0, 0, testStatusRunning})
	m.stacks[1] = []stitch.Frame{{Func: "???", File: "?", Line: -1, PC: 0x10}}
	state, err := newTestReader(m).State(1)
	if err != nil || state.String() != "[running]" {
		t.Errorf("it is %s, %v", state, err)
	}
}

func TestForeignFunctionTables(t *testing.T) {
	m := newImage()
	m.put(testHeader, 0x12345678|1<<48|8<<56)
	if _, err := newTestReader(m).Chain(1, 0); err == nil || !strings.Contains(err.Error(), "unknown format 0x12345678") {
		t.Errorf("error %v", err)
	}
	m.put(testHeader, pcHeaderMagicGo1_20|1<<48|4<<56)
	if _, err := newTestReader(m).Chain(1, 0); err == nil || !strings.Contains(err.Error(), "pointers of 4 bytes") {
		t.Errorf("error %v", err)
	}
}

func TestModuleListThatNeverEnds(t *testing.T) {
	m := newImage()
	m.put(m.evals[fieldExpr("moduledata", "next")]-base+testModules, testModules)
	if _, err := newTestReader(m).Chain(1, 0); err == nil || !strings.Contains(err.Error(), "more than 1000 modules") {
		t.Errorf("error %v", err)
	}
}

// noise is a session whose memory is what the fuzzer wants, repeated for ever:
// every pointer leads somewhere.
type noise struct {
	*image
	data []byte
}

func (n noise) ReadMemory(addr uint64, buf []byte) error {
	if n.image.ReadMemory(addr, buf) == nil {
		return nil
	}
	if addr > 1<<47 || len(n.data) == 0 {
		return errors.New("nothing there")
	}
	for i := range buf {
		buf[i] = n.data[(addr+uint64(i))%uint64(len(n.data))]
	}
	return nil
}

// FuzzChain: whatever a target's memory holds, reading ends, without a panic.
func FuzzChain(f *testing.F) {
	f.Add([]byte("\xf1\xff\xff\xff\x00\x00\x01\x08"), uint64(0x4000), uint64(0x30000))
	f.Add(binary.LittleEndian.AppendUint64(nil, 0x20000), uint64(0x20000), uint64(8))
	f.Fuzz(func(t *testing.T, data []byte, gopc, ancestors uint64) {
		m := newImage([11]uint64{1, 0, 0, 0, statusWaiting}, [11]uint64{2, 1, gopc, ancestors, statusWaiting}, [11]uint64{3, 2, gopc, 0, statusWaiting})
		// One module with all of memory for its text and large tables.
		for i := range 6 {
			m.put(testModules+8+uint64(24*i), 0x100000, 1<<20)
		}
		m.put(testModules+8+6*24, 0, 1<<40, 0, 0x200000, 0)
		m.stacks[1] = []stitch.Frame{{Func: "main.main"}}
		r := newTestReader(m)
		r.session = noise{m, data}
		for id := int64(1); id <= 3; id++ {
			_, _ = r.Chain(id, 0)
		}
	})
}

const (
	testFormat = 0x13000
	testLabel  = 0x14000
)

// record makes the program record labels: g's carry the label at testLabel,
// and ids of spawners.
func (m *image) record(ids ...uint64) {
	m.evals[addressExpr("spawnLabelFormat")] = testFormat
	for i, c := range []byte(spawnlabel.Magic) {
		m.mem[testFormat+uint64(i)] = c
	}
	const spawn, goids = 88, 96 // behind the fields of newImage
	m.put(testFormat+16, 1|8<<32, 0|8<<32, spawn|goids<<32, 64|96<<32, 1<<26)
	for addr := uint64(testG + 0x1000); ; addr += 0x100 {
		if _, ok := m.mem[addr]; !ok {
			return
		}
		m.put(addr+spawn, testLabel)
		m.put(addr+goids, append(ids, 0, 0, 0)[:3]...)
	}
}

// TestEveryCutIsSaid: a chain that is cut before its first link says why.
func TestEveryCutIsSaid(t *testing.T) {
	for flags, want := range map[uint64]stitch.Cut{1: stitch.CutDepth, 2: stitch.CutMemory, 4: stitch.CutRuntime} {
		m := newImage([11]uint64{5, 1, 0, 0, statusWaiting})
		m.record()
		m.put(testLabel, 0, 0, 0, 0, flags<<16)
		c, err := newTestReader(m).Chain(5, 0)
		if err != nil || len(c.Links) != 0 || c.Cut != want {
			t.Errorf("marker %d: %+v, %v; want cut %q", flags, c, err, want)
		}
	}
}

// TestUnnamedSpawn: a spawn in code that is not known (a plugin that is gone)
// is told as unreadable, and looked up again once more modules may be there.
func TestUnnamedSpawn(t *testing.T) {
	m := newImage([11]uint64{5, 1, 0, 0, statusWaiting})
	m.record()
	m.put(testLabel, 0, 0, 0, 0, 1|1<<32, 0x777777)
	r := newTestReader(m)
	c, err := r.Chain(5, 0)
	if err != nil || len(c.Links) != 0 || c.Cut != stitch.CutUnreadable {
		t.Errorf("%+v, %v; want cut %q", c, err, stitch.CutUnreadable)
	}
	before := m.reads
	if _, err := r.Chain(5, 0); err != nil {
		t.Fatal(err)
	}
	again := m.reads - before
	r.Reset()
	before = m.reads
	if _, err := r.Chain(5, 0); err != nil {
		t.Fatal(err)
	}
	if next := m.reads - before; next <= again {
		t.Errorf("%d reads at the next stop, %d at this one: the modules were not read again", next, again)
	}
}

// TestExpressionsNameThePackageExactly: in a program with another package
// called runtime, such as nats-server, Delve takes that for runtime.g. What
// comes first is up to the linker; a name in quotes is never taken for another.
func TestExpressionsNameThePackageExactly(t *testing.T) {
	if got, want := fieldExpr("g", "goid"), `uintptr(&(*(*"runtime.g")(4096)).goid)`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := addressExpr("allgs"), `uintptr(&"runtime".allgs)`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

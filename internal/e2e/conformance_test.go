package e2e

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/stitch"
)

// conform is what every [goruntime.Session] has to do, whatever it goes
// through to the debugger. The target is stopped; goid is a goroutine of it
// that stands below main.main or a function that main started.
func conform(t *testing.T, s goruntime.Session, goid int64) {
	t.Helper()
	allgs, err := s.Eval(0, `uintptr(&"runtime".allgs)`)
	if err != nil || allgs == 0 {
		t.Fatalf("evaluating the address of runtime.allgs: %#x, %v", allgs, err)
	}
	if v, err := s.Eval(0, `uintptr(&(*(*"runtime.g")(4096)).goid)`); err != nil || v <= 4096 || v > 8192 {
		t.Errorf("evaluating the address of a field: %d, %v", v, err)
	}
	if v, err := s.Eval(goid, "runtime.curg.goid"); err != nil || v != uint64(goid) {
		t.Errorf("evaluating in the scope of goroutine %d: runtime.curg.goid is %d, %v", goid, v, err)
	}
	for _, expr := range []string{"uintptr(&runtime.noSuchVariable)", "1 +", "runtime.buildVersion", ""} {
		if v, err := s.Eval(0, expr); err == nil {
			t.Errorf("evaluating %q gave %d and no error", expr, v)
		}
	}

	// Memory: as words, and the same in pieces of any size and alignment.
	var head [24]byte
	if err := s.ReadMemory(allgs, head[:]); err != nil {
		t.Fatalf("reading memory: %v", err)
	}
	n, err := s.Eval(0, `len("runtime".allgs)`)
	if err != nil {
		t.Fatal(err)
	}
	if got := binary.LittleEndian.Uint64(head[8:]); got != n {
		t.Errorf("the length of allgs is %d in memory and %d by evaluation", got, n)
	}
	text, err := s.Eval(0, `"runtime".firstmoduledata.text`)
	if err != nil {
		t.Fatal(err)
	}
	whole := make([]byte, 150_000) // more than one answer of some sessions holds
	if err := s.ReadMemory(text, whole); err != nil {
		t.Fatalf("reading %d bytes: %v", len(whole), err)
	}
	for _, r := range [][2]int{{0, 1}, {1, 7}, {13, 64}, {4095, 2}, {65535, 70000}} {
		part := make([]byte, r[1])
		if err := s.ReadMemory(text+uint64(r[0]), part); err != nil {
			t.Errorf("reading %d bytes at offset %d: %v", r[1], r[0], err)
		} else if !slices.Equal(part, whole[r[0]:r[0]+r[1]]) {
			t.Errorf("%d bytes at offset %d differ from the same read in one go", r[1], r[0])
		}
	}
	if err := s.ReadMemory(16, make([]byte, 8)); err == nil {
		t.Error("reading the zero page gave no error")
	}
	if err := s.ReadMemory(text, nil); err != nil {
		t.Errorf("reading nothing: %v", err)
	}

	// Stacks.
	stack, err := s.Stack(goid, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if last := stack[len(stack)-1]; last.Func != "runtime.goexit" {
		t.Errorf("the stack of goroutine %d ends in %s", goid, last.Func)
	}
	i := slices.IndexFunc(stack, func(f stitch.Frame) bool { return strings.HasPrefix(f.Func, "main.") })
	if i < 0 {
		t.Fatalf("no function of package main on the stack of goroutine %d", goid)
	}
	if f := stack[i]; !strings.HasSuffix(f.File, ".go") || f.Line == 0 || f.PC == 0 || f.Live != -1 {
		t.Errorf("frame %d is %+v", i, f)
	}
	if top, err := s.Stack(goid, 1); err != nil || len(top) != 1 || top[0].Func != stack[0].Func {
		t.Errorf("a stack of depth 1: %+v, %v", top, err)
	}
	if _, err := s.Stack(1<<40, 10); err == nil {
		t.Error("the stack of a goroutine that does not exist gave no error")
	}
}

package dapproxy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/stitch"
)

func TestParseInteger(t *testing.T) {
	for _, c := range []struct {
		text string
		want uint64
		ok   bool
	}{
		{"824633720832", 824633720832, true},
		{"4202496 = 0x402000", 4202496, true},
		{"0 = 0x0", 0, true},
		{"18446744073709551615 = 0xffffffffffffffff", 1<<64 - 1, true},
		{"-1", 1<<64 - 1, true},
		{"0x402000", 0x402000, true},
		{"unsafe.Pointer(0xc000012345)", 0xc000012345, true},
		{"5 = 0x6", 0, false},
		{"5 = ", 0, false},
		{"-1 = 0x1", 0, false},
		{"18446744073709551616", 0, false},
		{"", 0, false},
		{" 5", 0, false},
		{"5x", 0, false},
		{"*int nil", 0, false},
		{"runtime.g {goid: 5}", 0, false},
		{"convert address into uintptr type failed", 0, false},
	} {
		if got, ok := parseInteger(c.text); got != c.want || ok != c.ok {
			t.Errorf("parseInteger(%q) = %d, %v; want %d, %v", c.text, got, ok, c.want, c.ok)
		}
	}
}

func TestParseExamined(t *testing.T) {
	// As Delve 1.27.2 printed it (testdata/dap/session-off.jsonl).
	const text = "0x400000:   0x00010102464c457f   0x0000000000000000   0x00000001003e0002   0x000000000048b6c0   0x0000000000000040   0x0000000000000190   0x0038004000000000   0x0019001a00400006   \n" +
		"0x400040:   0x0000000400000006   0x0000000000000040   \n"
	got, err := parseExamined(text, 0x400000, 10)
	if err != nil || len(got) != 80 || !bytes.HasPrefix(got, []byte("\x7fELF")) || got[64] != 6 {
		t.Errorf("got %q, %v", got, err)
	}
	for _, c := range []struct {
		text  string
		addr  uint64
		count int
	}{
		{text, 0x400000, 9},
		{text, 0x400000, 11},
		{text, 0x400008, 10},
		{strings.Replace(text, "0x400040", "0x400048", 1), 0x400000, 10},
		{strings.Replace(text, "0x0000000000000040", "0x00000000000000g0", 1), 0x400000, 10},
		{strings.Replace(text, "0x0000000000000040", "0x40", 1), 0x400000, 10},
		{strings.Replace(text, "0x0000000000000040", "64", 1), 0x400000, 10},
		{"examine memory error: input/output error", 0x10, 1},
		{"", 0x10, 1},
	} {
		if got, err := parseExamined(c.text, c.addr, c.count); err == nil {
			t.Errorf("parseExamined(%.40q, %#x, %d) = %q, want an error", c.text, c.addr, c.count, got)
		}
	}
}

func FuzzParseExamined(f *testing.F) {
	f.Add("0x10:   0x0000000000000040   \n", uint64(16), 1)
	f.Fuzz(func(t *testing.T, text string, addr uint64, count int) {
		count = max(0, min(count, 1<<13))
		if got, err := parseExamined(text, addr, count); err == nil && len(got) != count*8 {
			t.Errorf("%d bytes, want %d", len(got), count*8)
		}
	})
}

// memory answers `dlv x` as Delve does, out of text at base.
func (d *fakeDelve) memory(base uint64, data []byte, addr uint64, count int) string {
	end := addr + uint64(count)*8
	if addr < base || end > base+uint64(len(data)) {
		return "examine memory error: input/output error"
	}
	var b strings.Builder
	for i := 0; i < count; i++ {
		if i%8 == 0 {
			if i > 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "%#x:", addr+uint64(i)*8)
		}
		fmt.Fprintf(&b, "   %#016x", binary.LittleEndian.Uint64(data[addr-base+uint64(i)*8:]))
	}
	return b.String() + "\n"
}

// injected runs f with an Injector while the target is stopped.
func injected(t *testing.T, stacks map[int][]string, f func(i *Injector, r *rig, d *fakeDelve)) {
	bubble(t, func(t *testing.T) {
		var i *Injector
		r, d := stacked(t, Config{NewChains: func(in *Injector) Chains {
			i = in
			return chainFunc(func(int64) (stitch.Chain, error) { return stitch.Chain{}, nil })
		}}, stacks)
		defer r.close()
		r.stack(1, 0, 20)
		f(i, r, d)
	})
}

func TestInjectorEval(t *testing.T) {
	injected(t, familyStacks(), func(i *Injector, r *rig, d *fakeDelve) {
		d.values = map[string]string{
			"n": "7", "p": "*main.T {x: 1}", "uintptr(p)": "4096 = 0x1000", "text": `"7x"`, "uintptr(text)": "no", "where": "5",
		}
		for expr, want := range map[string]uint64{"n": 7, "p": 4096} {
			if got, err := i.Eval(18, expr); err != nil || got != want {
				t.Errorf("Eval(%s) = %d, %v; want %d", expr, got, err, want)
			}
		}
		if v, err := i.Eval(18, "text"); err == nil {
			t.Errorf("Eval of a string is %d", v)
		}
		if _, err := i.Eval(99, "n"); err == nil || !strings.Contains(err.Error(), "unknown goroutine 99") {
			t.Errorf("Eval in a goroutine that is not there: %v", err)
		}
		if n := d.requests("stackTrace"); n != 3 { // r.stack, goroutines 18 and 99
			t.Errorf("%d stackTrace requests, want the topmost frame asked for once", n)
		}
		// Delve's ids begin anew at each stop.
		r.client.request("next", `{}`)
		r.client.event("stopped")
		r.stack(20, 0, 2)
		if got, err := i.evaluate(18, "f"); err != nil || got != "f in 18/0" {
			t.Errorf("after a stop: %q, %v", got, err)
		}
		r.client.call("continue", `{}`)
		if _, err := i.Eval(0, "n"); !errors.Is(err, errRunning) {
			t.Errorf("while running: %v", err)
		}
		if _, err := i.Stack(18, 1); !errors.Is(err, errRunning) {
			t.Errorf("while running: %v", err)
		}
	})
}

func TestInjectorReadMemory(t *testing.T) {
	data := make([]byte, 3*maxExamine)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	const base = 0x10000
	injected(t, familyStacks(), func(i *Injector, _ *rig, d *fakeDelve) {
		d.examine = func(addr uint64, count int) string { return d.memory(base, data, addr, count) }
		for _, c := range []struct{ off, n int }{
			{0, 0}, {0, 8}, {3, 1}, {7, 2}, {1, 70000}, {0, maxExamine}, {8, maxExamine}, {5, 2 * maxExamine}, {0, len(data)},
		} {
			buf := make([]byte, c.n)
			if err := i.ReadMemory(base+uint64(c.off), buf); err != nil || !bytes.Equal(buf, data[c.off:c.off+c.n]) {
				t.Errorf("%d bytes at %d: %v", c.n, c.off, err)
			}
		}
		for _, addr := range []uint64{0, base - 8, base + uint64(len(data)) - 8, 1<<64 - 1, 1<<64 - 8} {
			if err := i.ReadMemory(addr, make([]byte, 16)); err == nil {
				t.Errorf("reading at %#x succeeded", addr)
			}
		}
	})
}

func TestInjectorStack(t *testing.T) {
	injected(t, familyStacks(), func(i *Injector, _ *rig, _ *fakeDelve) {
		got, err := i.Stack(18, 2)
		if err != nil || len(got) != 2 || got[1] != (stitch.Frame{Func: "main.worker", File: "/src/m.go", Line: 2, Live: -1}) {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := i.Stack(99, 2); err == nil {
			t.Error("a goroutine that is not there has a stack")
		}
	})
}

func TestAppendWords(t *testing.T) {
	// As Delve 1.20.0 printed them.
	got, err := appendWords(nil, "[2][3]uint64", "[2][3]uint64 [[1,4709351,23],[1,4713844,18446744073709551615]]", 6)
	if err != nil || len(got) != 48 || binary.LittleEndian.Uint64(got[8:]) != 4709351 || binary.LittleEndian.Uint64(got[40:]) != 1<<64-1 {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{
		"[2]uint64 [1]",
		"[2]uint64 [1,2,3]",
		"[2]uint64 [1,...]",
		"[2]uint64 [1,-2]",
		"[3]uint64 [1,2]",
		"(unreadable input/output error)",
		"",
	} {
		if got, err := appendWords(nil, "[2]uint64", text, 2); err == nil {
			t.Errorf("%q read as %v", text, got)
		}
	}
}

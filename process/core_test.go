//go:build linux && (amd64 || arm64)

package process

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/goruntime"
	"golang.org/x/sys/unix"
)

// TestCore holds what a core file of a program that has crashed says of its
// goroutines against what the program's own runtime said of them before. One for
// arm64 is run by qemu, which writes the core file, where there is that.
func TestCore(t *testing.T) {
	builds := map[string][]string{
		"plain":          nil,
		"stripped":       {"-ldflags=-s -w"},
		"stripped pie":   {"-buildmode=pie", "-ldflags=-s -w"},
		"arm64":          {"GOARCH=arm64", "CGO_ENABLED=0"},
		"stripped arm64": {"GOARCH=arm64", "CGO_ENABLED=0", "-ldflags=-s -w"},
	}
	if os.Getenv(matrixVar) != "" {
		for _, release := range releases {
			builds[release] = []string{"GOTOOLCHAIN=" + release}
			builds[release+" stripped pie"] = []string{"GOTOOLCHAIN=" + release, "-buildmode=pie", "-ldflags=-s -w"}
			builds[release+" stripped arm64"] = []string{"GOTOOLCHAIN=" + release, "GOARCH=arm64", "CGO_ENABLED=0", "-ldflags=-s -w"}
		}
	}
	for name, args := range builds {
		t.Run(name, func(t *testing.T) {
			emulator := ""
			if strings.HasSuffix(name, "arm64") && runtime.GOARCH != "arm64" {
				var err error
				if emulator, err = exec.LookPath("qemu-aarch64"); err != nil {
					t.Skip("needs qemu-aarch64 (Debian's package qemu-user): ", err)
				}
			}
			exe := build(t, "crowd", args...)
			core, text := crash(t, emulator, exe, "-n", "60", "-spin")
			c := openCore(t, exe, core)
			if c.Note != "" {
				t.Errorf("the note is %q", c.Note)
			}
			checkCore(t, c, parseStacks(text))
			if name == "stripped" {
				checkCut(t, exe, core)
			}
		})
	}
}

// checkCore compares the goroutines of a core file of crowd with what it has told.
func checkCore(t *testing.T, c *Core, want map[int64]own) {
	t.Helper()
	r := goruntime.NewReader(c, discard)
	gs, err := r.Goroutines(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	waits, err := r.Waits(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got := map[int64]own{}
	spins := 0
	for _, g := range gs {
		got[g.ID] = ownOf(g)
		if w := waits[g.ID]; g.State.Wait == "sync.Mutex.Lock" && (w == nil || len(w.Cases) != 1 || !w.Cases[0].On.Locked) {
			t.Errorf("goroutine %d waits for %+v", g.ID, w)
		}
		if g.Entry().Func == "main.main.func2" { // whatever its thread is doing
			spins++
			if g.OwnCut || g.Own[len(g.Own)-1].Func != "main.main.func2" {
				t.Errorf("of the one that spins the stack is %v, cut: %v", g.Own, g.OwnCut)
			}
		}
	}
	if spins != 1 {
		t.Errorf("%d goroutines spin", spins)
	}
	if len(want) < 60 {
		t.Errorf("the program told of %d goroutines only", len(want))
	}
	for id, w := range want {
		if w.state == "running" { // it has gone on
			continue
		}
		if d := w.diff(got[id]); d != "" {
			t.Errorf("goroutine %d (-runtime +core):\n%s", id, d)
		}
	}
}

// crash runs crowd until all its goroutines wait, and returns what it says of
// them, and the core file that is then written of it: by the kernel, or by the
// emulator, if one is needed.
func crash(t *testing.T, emulator, exe string, args ...string) (core, stacks string) {
	t.Helper()
	if pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern"); emulator == "" && (err != nil || strings.ContainsAny(string(pattern), "|/")) {
		t.Skipf("core files are written elsewhere: %s, %v", pattern, err)
	}
	cmd, files := exec.Command(exe, args...), "core*"
	if emulator != "" {
		cmd, files = exec.Command(emulator, append([]string{exe}, args...)...), "qemu_*.core"
	}
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "GOTRACEBACK=crash")
	cmd.Stderr = io.Discard // its tracebacks
	p, stacks := startCrowd(t, cmd)
	p.echo(t) // and the one that spins is there
	whole := unix.Rlimit{Cur: 1 << 30, Max: 1 << 30}
	if err := unix.Prlimit(p.pid(), unix.RLIMIT_CORE, &whole, nil); err != nil {
		t.Skip("no core file may be written: ", err)
	}
	if err := p.cmd.Process.Signal(unix.SIGABRT); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := p.cmd.Wait(); !errors.As(err, &exit) {
		t.Fatalf("the program has ended with %v", err)
	}
	cores, err := filepath.Glob(filepath.Join(cmd.Dir, files))
	if err != nil || len(cores) != 1 {
		t.Fatalf("there are the core files %v, %v, after %v", cores, err, exit)
	}
	return cores[0], stacks
}

func openCore(t testing.TB, exe, core string) *Core {
	t.Helper()
	c, err := OpenCore(exe, core, discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// checkCut cuts a core file shorter and shorter: what is left is told of, with a
// note, or there is an error that says so.
func checkCut(t *testing.T, exe, core string) {
	whole, err := os.Stat(core)
	if err != nil {
		t.Fatal(err)
	}
	some := false
	for left := whole.Size() - 1; left > 0; left = left * 2 / 3 {
		if err := os.Truncate(core, left); err != nil {
			t.Fatal(err)
		}
		c, err := OpenCore(exe, core, discard)
		if err != nil {
			if !strings.Contains(err.Error(), "ends too early") && !strings.Contains(err.Error(), "ends within its headers") {
				t.Errorf("%d of %d bytes: %v", left, whole.Size(), err)
			}
			continue
		}
		some = true
		if !strings.Contains(c.Note, "ends too early") {
			t.Errorf("%d of %d bytes: the note is %q", left, whole.Size(), c.Note)
		}
		if _, err := goruntime.NewReader(c, discard).Goroutines(context.Background()); err != nil {
			t.Errorf("%d of %d bytes: %v", left, whole.Size(), err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if !some {
		t.Error("nothing could be read of any")
	}
	if err := os.Truncate(core, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCore(exe, core, discard); err == nil || !strings.Contains(err.Error(), "it is empty") {
		t.Errorf("an empty file: %v", err)
	}
}

// smallCore is a core file of one thread, and of two parts of memory that follow
// one another, of which the second ends before it should.
func smallCore() []byte {
	const thread, first, second = 64 + 3*56, 64 + 3*56 + 12 + 8 + 336, 64 + 3*56 + 12 + 8 + 336 + 16
	header := elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_CORE), Machine: uint16(elf.EM_X86_64), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 3, Shentsize: 64,
	}
	status := make([]byte, 336)
	binary.LittleEndian.PutUint32(status[32:], 7)
	binary.LittleEndian.PutUint64(status[112+8*16:], 0x401000)
	binary.LittleEndian.PutUint64(status[112+8*19:], 0xc000)
	var b bytes.Buffer
	for _, part := range []any{
		header,
		elf.Prog64{Type: uint32(elf.PT_NOTE), Off: thread, Filesz: 12 + 8 + 336},
		elf.Prog64{Type: uint32(elf.PT_LOAD), Off: first, Vaddr: 0x1000, Filesz: 16, Memsz: 16},
		elf.Prog64{Type: uint32(elf.PT_LOAD), Off: second, Vaddr: 0x1010, Filesz: 16, Memsz: 16},
		[]uint32{5, 336, uint32(elf.NT_PRSTATUS)},
		[]byte("CORE\x00\x00\x00\x00"), status,
		[]byte("0123456789abcdefghijklmn"),
	} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

func TestCoreFile(t *testing.T) {
	b := smallCore()
	c, err := readCore(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if r := c.threads[7]; len(c.threads) != 1 || r != (registers{pc: 0x401000, sp: 0xc000}) {
		t.Errorf("the threads are %+v", c.threads)
	}
	if c.missing != 8 {
		t.Errorf("%d bytes are missing", c.missing)
	}
	for _, test := range []struct {
		addr uint64
		n    int
		want string
	}{
		{0x1000, 16, "0123456789abcdef"},
		{0x100e, 4, "efgh"}, // of both
		{0x1010, 8, "ghijklmn"},
		{0x1010, 9, ""}, // what is missing
		{0xfff, 2, ""},
		{0x1018, 1, ""},
		{^uint64(0), 2, ""},
		{0x2000, 0, ""},
	} {
		buf := make([]byte, test.n)
		err := c.read(test.addr, buf)
		if test.want == "" && test.n > 0 {
			if err == nil {
				t.Errorf("%d bytes at %#x: %q", test.n, test.addr, buf)
			}
		} else if err != nil || string(buf) != test.want {
			t.Errorf("%d bytes at %#x: %q, %v", test.n, test.addr, buf, err)
		}
	}
}

func TestNoCoreFile(t *testing.T) {
	for content, want := range map[string]string{
		"":                                 "it is empty",
		"\x7fELF":                          "it ends within its headers",
		"hello, world, hello, world":       "it is not a core file of Linux",
		"\x28\xb5\x2f\xfd0123456789abcdef": "it is compressed (zstd)",
		string(smallCore()[:100]):          "it ends within its headers",
	} {
		if _, err := readCore(strings.NewReader(content), int64(len(content))); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.10q: %v, want %s", content, err, want)
		}
	}
}

// FuzzCoreFile reads any bytes as a core file.
func FuzzCoreFile(f *testing.F) {
	f.Add(smallCore(), uint64(0x1008), uint8(12))
	f.Fuzz(func(t *testing.T, b []byte, addr uint64, n uint8) {
		c, err := readCore(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		_ = c.read(addr, make([]byte, n))
		for _, p := range c.parts {
			_ = c.read(p.addr+p.size-1, make([]byte, n))
		}
		_, _ = entryPoint(c.auxv)
	})
}

//go:build linux && (amd64 || arm64)

package process

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/dlvx/dlvx/spawnlabel"
)

// A Process is a running Go program.
type Process struct {
	pid   int
	start string // when it was started
	mem   memory
	image *image
	log   *slog.Logger

	g struct { // offsets in runtime.g
		goid, status, m, labels, ancestors uint64
		lo, hi, sp, self, syscallsp        uint64 // stack.lo, stack.hi, sched.sp, sched.g
	}
	m      struct{ procid, g0, gsignal, vdsoSP uint64 } // in runtime.m
	gsize  uint64                                       // bytes of a runtime.g that are copied: all that readers ask for
	msize  uint64
	shapes []shape
}

// Open finds out where the goroutines of a running Go program are. Nothing is
// stopped.
func Open(pid int, log *slog.Logger) (*Process, error) {
	p := &Process{pid: pid, mem: memory{pid: pid}, log: log}
	if err := p.open(); err != nil {
		return nil, p.wrap(err)
	}
	return p, nil
}

// wrap says what is the matter in one line.
func (p *Process) wrap(err error) error {
	if errors.Is(err, errNotGo) {
		return fmt.Errorf("looking into process %d: %w", p.pid, err)
	}
	return fmt.Errorf("looking into process %d: %w", p.pid, explain(p.pid, err))
}

func (p *Process) open() (err error) {
	if _, err := readStatus(p.pid, 0); err != nil {
		return err
	}
	if p.start, err = startTime(p.pid); err != nil {
		return err
	}
	if p.image, err = openImageOf(p.pid, p.log); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	if err := p.image.find(&p.mem); err != nil {
		return err
	}
	g, m := &p.g, &p.m
	if p.gsize, err = p.image.structure("g", map[string]*uint64{
		"goid": &g.goid, "atomicstatus": &g.status, "m": &g.m, "labels": &g.labels, "ancestors": &g.ancestors,
		"stack.lo": &g.lo, "stack.hi": &g.hi, "sched.sp": &g.sp, "sched.g": &g.self, "syscallsp": &g.syscallsp,
	}); err != nil {
		return err
	}
	var none uint64 // that only readers ask for
	if p.msize, err = p.image.structure("m", map[string]*uint64{
		"procid": &m.procid, "g0": &m.g0, "gsignal": &m.gsignal, "vdsoSP": &m.vdsoSP, "vdsoPC": &none, "curg": &none,
	}); err != nil {
		return err
	}
	p.shapes = p.knownShapes()
	p.gsize = p.image.offsets["g"] // readers ask for more of it
	if at := p.image.variables["spawnLabelFormat"]; at != 0 {
		if f, err := spawnlabel.ReadFormat(live{p}, at); err == nil {
			p.gsize = max(p.gsize, f.GSpawn+8, f.GSpawnGoids+24)
		}
	}
	// A first look at its memory, which the kernel may refuse.
	if _, err := readWord(&p.mem, p.image.variables["allgs"]); err != nil {
		return err
	}
	return nil
}

// check makes sure that the process is still the one that was opened, and runs
// the same program.
func (p *Process) check() error {
	start, err := startTime(p.pid)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrEnded
	}
	if err != nil {
		return err
	}
	if start != p.start {
		return fmt.Errorf("%w, and another process has its number now", ErrEnded)
	}
	opened, err := p.image.file.Stat()
	if err != nil {
		return err
	}
	now, err := os.Stat(fmt.Sprintf("/proc/%d/exe", p.pid))
	if err != nil {
		return err
	}
	if !os.SameFile(opened, now) {
		return errors.New("it runs another program now than when it was opened")
	}
	return nil
}

// structure sets the offsets of some fields of a structure, by their names, and
// returns how many of its first bytes hold them.
func (img *image) structure(typ string, fields map[string]*uint64) (size uint64, err error) {
	for name, at := range fields {
		if *at, err = img.offset(typ, name); err != nil {
			return 0, err
		}
		size = max(size, *at+8)
	}
	return size, nil
}

// live is the memory of a process as it is now.
type live struct{ *Process }

func (l live) ReadMemory(addr uint64, buf []byte) error { return l.mem.read(addr, buf) }

// GoVersion returns the release that built the program: "go1.26.8".
func (p *Process) GoVersion() string { return p.image.goVersion }

// Name returns the name of the program's file.
func (p *Process) Name() string { return p.image.name }

// Close ends the use of the process. Snapshots of it must be closed before.
func (p *Process) Close() error {
	if err := p.image.file.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return fmt.Errorf("closing the executable of process %d: %w", p.pid, err)
	}
	return nil
}

//go:build linux && (amd64 || arm64)

package process

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
)

// A Core is what a core file has of a program, read with the executable file that
// had been running. It is a goruntime.Session, and may be read by several
// goroutines at once.
//
// What the program could not write to (its code, function tables) is read of the
// executable: core files mostly do not have it. How long goroutines have been
// waiting is not known, for the time at which the program ended is not.
type Core struct {
	// Note says that the file is not whole; "".
	Note string

	noDebugger
	file  *os.File
	image *image
	core  *coreFile
}

// OpenCore opens a core file that the kernel of Linux, gcore or Delve wrote of a
// program for amd64 or arm64, with or without debug information.
func OpenCore(exe, core string, log *slog.Logger) (*Core, error) {
	c := &Core{}
	if err := c.open(exe, core, log); err != nil {
		if closing := c.Close(); closing != nil {
			log.Warn("a file was left open", "why", closing)
		}
		if c.Note != "" {
			err = fmt.Errorf("%w (%s)", err, c.Note)
		}
		return nil, fmt.Errorf("looking into the core file %s: %w", core, err)
	}
	return c, nil
}

func (c *Core) open(exe, core string, log *slog.Logger) (err error) {
	if c.file, err = os.Open(core); err != nil {
		return err
	}
	info, err := c.file.Stat()
	if err != nil {
		return err
	}
	if c.core, err = readCore(c.file, info.Size()); err != nil {
		return err
	}
	if c.core.missing > 0 {
		c.Note = fmt.Sprintf("the core file ends too early, %d MB of it are missing: a limit (ulimit -c), or a full disk", (c.core.missing+1<<20-1)>>20)
	}
	c.image, err = openImage(exe, filepath.Base(exe), func() (uint64, error) { return entryPoint(c.core.auxv) }, log)
	if errors.Is(err, errNotGo) {
		return fmt.Errorf("%s is not a Go program", exe)
	}
	if err != nil {
		return err
	}
	if c.image.machine != c.core.machine || !c.sameFile() {
		return fmt.Errorf("it is of another program than %s: give the very executable that was running, of the same build", exe)
	}
	if err := c.image.find(c); err != nil {
		return err
	}
	return c.check()
}

// sameFile tells whether the executable is that which was running, by its build
// ids and where it begins: these are in its first page, which the core file has.
// Where it has not, that is not to be told. strip(1) leaves them as they are.
func (c *Core) sameFile() bool {
	const entry = 0x18 // e_entry of the header
	places := slices.Clone(c.image.notes)
	for _, s := range c.image.constant {
		if s.offset == 0 {
			places = append(places, region{s.addr + entry, 8})
		}
	}
	for _, p := range places {
		dumped, own := make([]byte, p.size), make([]byte, p.size)
		if c.core.read(p.addr, dumped) == nil && c.image.read(p.addr, own) && !bytes.Equal(dumped, own) {
			return false
		}
	}
	return c.image.bias%4096 == 0 // the kernel maps pages
}

// check refuses a core file whose goroutines are not where they should be.
func (c *Core) check() error {
	var header [16]byte
	if err := c.read(c.image.variables["allgs"], header[:]); err != nil {
		return c.otherwise(fmt.Errorf("reading runtime.allgs: %w", err))
	}
	ptr, n := binary.LittleEndian.Uint64(header[:]), binary.LittleEndian.Uint64(header[8:])
	if n == 0 || n > maxGoroutines {
		return c.otherwise(fmt.Errorf("its runtime.allgs claims %d goroutines, which cannot be", n))
	}
	self, err := c.image.offset("g", "sched.g")
	if err != nil {
		return err
	}
	const sample = 1000
	read, wrong := 0, 0
	for i := uint64(0); i < n; i += n/sample + 1 {
		g, err := readWord(c, ptr+8*i)
		if err != nil {
			continue // what is missing of the file
		}
		if at, err := readWord(c, g+self); err == nil && at != 0 { // else it never was a goroutine's
			read++
			if at != g {
				wrong++
			}
		}
	}
	if read == 0 {
		return c.otherwise(fmt.Errorf("none of its %d goroutines is in it", n))
	}
	if wrong*8 > read {
		return c.otherwise(fmt.Errorf("%d of %d goroutines are not where %s has them", wrong, read, c.image.goVersion))
	}
	return nil
}

// otherwise adds to what is wrong with a core file that is whole why that may be.
func (c *Core) otherwise(err error) error {
	if c.Note != "" {
		return err
	}
	return fmt.Errorf("%w: is it of this very executable, of the same build?", err)
}

// GoVersion returns the release that built the program: "go1.26.8".
func (c *Core) GoVersion() string { return c.image.goVersion }

// Close closes the files.
func (c *Core) Close() (err error) {
	if c.file != nil {
		err = c.file.Close()
	}
	if c.image != nil {
		err = errors.Join(err, c.image.file.Close())
	}
	if err != nil {
		return fmt.Errorf("closing a core file: %w", err)
	}
	return nil
}

// ReadMemory implements [goruntime.Session].
func (c *Core) ReadMemory(addr uint64, buf []byte) error { return c.read(addr, buf) }

func (c *Core) read(addr uint64, buf []byte) error {
	if c.image.read(addr, buf) {
		return nil
	}
	return c.core.read(addr, buf)
}

// Offset returns where a field is in a structure of package runtime.
func (c *Core) Offset(typ, field string) (uint64, error) { return c.image.offset(typ, field) }

// Address returns the address of a variable of package runtime.
func (c *Core) Address(variable string) (uint64, error) { return c.image.address(variable) }

// Registers returns the registers of a thread, by the number that the runtime
// keeps for it (m.procid). lr is 0 where the machine has none.
func (c *Core) Registers(thread uint64) (pc, sp, lr uint64, ok bool) {
	r, ok := c.core.threads[thread]
	return r.pc, r.sp, r.lr, ok
}

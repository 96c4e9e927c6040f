//go:build linux && (amd64 || arm64)

package process

import (
	"debug/buildinfo"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
)

// An image is what the file of a program tells: where things of package runtime
// are in a process of it.
type image struct {
	name      string // of the file
	goVersion string
	machine   elf.Machine
	bias      uint64 // what is added to the file's addresses
	offsets   offsets
	variables map[string]uint64 // addresses in the process, by the name in package runtime
	sections  map[string]region
	constant  []segment // what the process can only read, as the file has it
	notes     []region  // build ids
	file      *os.File
}

// A region is a part of the process's memory.
type region struct{ addr, size uint64 }

// A segment is a part of the file that is in the process's memory unchanged.
type segment struct {
	region
	offset int64
}

// variables are those of package runtime that a reader may ask for.
var variables = []string{
	"allgs", "firstmoduledata", "waitReasonStrings", "spawnLabelFormat", "buildVersion", "fingStatus", "debug",
	"spawnTab", "spawnMemory",
}

// errNotGo is the answer to a program that is not written in Go.
var errNotGo = errors.New("it is not a Go program")

// machines are those that programs are read of, by what Go calls them.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// openImage reads an executable file, which is then the image's. entry returns
// where the program was started; it is asked of position-independent ones.
func openImage(path, name string, entry func() (uint64, error), log *slog.Logger) (img *image, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	info, err := buildinfo.Read(file)
	if err != nil {
		return nil, errNotGo
	}
	f, err := elf.NewFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading its executable: %w", err)
	}
	img = &image{
		name: name, goVersion: info.GoVersion, machine: f.Machine, file: file,
		variables: map[string]uint64{}, sections: map[string]region{},
	}
	if f.Type == elf.ET_DYN {
		at, err := entry()
		if err != nil {
			return nil, err
		}
		img.bias = at - f.Entry
	}
	for _, s := range f.Sections {
		img.sections[s.Name] = region{s.Addr + img.bias, s.Size}
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Flags&elf.PF_W == 0 {
			img.constant = append(img.constant, segment{region{p.Vaddr + img.bias, p.Filesz}, int64(p.Off)})
		}
		if p.Type == elf.PT_NOTE && p.Filesz < maxNotes {
			img.notes = append(img.notes, region{p.Vaddr + img.bias, p.Filesz})
		}
	}
	img.symbols(f)
	if img.offsets, err = dwarfOffsets(f); err != nil {
		log.Info("offsets are those of the Go release, not of the program's debug information", "why", err, "release", img.goVersion)
		if img.offsets, err = tableOffsets(img.goVersion); err != nil {
			return nil, err
		}
	}
	return img, nil
}

// symbols notes the variables that the symbol table has; a stripped program has
// none.
func (img *image) symbols(f *elf.File) {
	symbols, err := f.Symbols()
	if err != nil {
		return
	}
	wanted := map[string]string{}
	for _, v := range variables {
		wanted["runtime."+v] = v
	}
	for _, s := range symbols {
		if v, ok := wanted[s.Name]; ok {
			img.variables[v] = s.Value + img.bias
		}
	}
}

// openImageOf reads the executable file of a process.
func openImageOf(pid int, log *slog.Logger) (*image, error) {
	// Through the link in /proc it is the file that runs, even where it has
	// been deleted or replaced, or is in a container's file system.
	img, err := openImage(fmt.Sprintf("/proc/%d/exe", pid), exeName(pid), func() (uint64, error) {
		auxv, err := os.ReadFile(fmt.Sprintf("/proc/%d/auxv", pid))
		if err != nil {
			return 0, err
		}
		return entryPoint(auxv)
	}, log)
	if err == nil && img.machine != machines[runtime.GOARCH] {
		img.file.Close()
		return nil, fmt.Errorf("it is a program for %v, and this dlvx reads those for %s", img.machine, runtime.GOARCH)
	}
	return img, err
}

// entryPoint returns where the kernel started a program: AT_ENTRY of its
// auxiliary vector.
func entryPoint(auxv []byte) (uint64, error) {
	const entry = 9 // AT_ENTRY
	for b := auxv; len(b) >= 16; b = b[16:] {
		if binary.LittleEndian.Uint64(b) == entry {
			return binary.LittleEndian.Uint64(b[8:]), nil
		}
	}
	return 0, errors.New("where it is loaded is not known: its auxiliary vector has no entry point")
}

// offset returns where a field is in a structure of package runtime.
func (img *image) offset(typ, field string) (uint64, error) {
	if at, ok := img.offsets[typ+"."+field]; ok {
		return at, nil
	}
	return 0, fmt.Errorf("where %s is in runtime.%s is not known", field, typ)
}

// address returns the address of a variable, or of a field of one.
func (img *image) address(variable string) (uint64, error) {
	name, _, isField := strings.Cut(variable, ".")
	at, ok := img.variables[name]
	if ok && isField {
		var off uint64
		off, ok = img.offsets[variable]
		at += off
	}
	if !ok {
		return 0, fmt.Errorf("where runtime.%s is is not known", variable)
	}
	return at, nil
}

// read reads what cannot change from the file; false: it is not there.
func (img *image) read(addr uint64, buf []byte) bool {
	for _, s := range img.constant {
		if off := addr - s.addr; addr >= s.addr && off < s.size && uint64(len(buf)) <= s.size-off {
			_, err := img.file.ReadAt(buf, s.offset+int64(off))
			return err == nil || errors.Is(err, io.EOF)
		}
	}
	return false
}

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
// are in the process.
type image struct {
	name      string // of the file
	goVersion string
	bias      uint64 // what is added to the file's addresses
	offsets   offsets
	variables map[string]uint64 // addresses in the process, by the name in package runtime
	sections  map[string]region
	constant  []segment // what the process can only read, as the file has it
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

// openImage reads the executable file of a process.
func openImage(pid int, log *slog.Logger) (img *image, err error) {
	// Through the link in /proc it is the file that runs, even where it has
	// been deleted or replaced, or is in a container's file system.
	file, err := os.Open(fmt.Sprintf("/proc/%d/exe", pid))
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
	if machine := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH]; f.Machine != machine {
		return nil, fmt.Errorf("it is a program for %v, and this dlvx reads those for %s", f.Machine, runtime.GOARCH)
	}
	img = &image{name: exeName(pid), goVersion: info.GoVersion, file: file, variables: map[string]uint64{}, sections: map[string]region{}}
	if f.Type == elf.ET_DYN {
		entry, err := entryPoint(pid)
		if err != nil {
			return nil, err
		}
		img.bias = entry - f.Entry
	}
	for _, s := range f.Sections {
		img.sections[s.Name] = region{s.Addr + img.bias, s.Size}
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Flags&elf.PF_W == 0 {
			img.constant = append(img.constant, segment{region{p.Vaddr + img.bias, p.Filesz}, int64(p.Off)})
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

// entryPoint returns where the kernel started the program: AT_ENTRY of its
// auxiliary vector.
func entryPoint(pid int) (uint64, error) {
	const entry = 9 // AT_ENTRY
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/auxv", pid))
	if err != nil {
		return 0, err
	}
	for ; len(b) >= 16; b = b[16:] {
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

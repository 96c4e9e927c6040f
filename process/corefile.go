//go:build linux && (amd64 || arm64)

package process

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
)

// A coreFile is what a core file of Linux (core(5)) has of a program: an ELF file
// whose segments are the program's memory, and whose notes tell the rest.
type coreFile struct {
	machine elf.Machine
	auxv    []byte               // the program's auxiliary vector; nil: not there
	threads map[uint64]registers // by the thread's number in its own pid namespace
	parts   []corePart           // of the memory, by address
	missing int64                // bytes that the file should have, and has not

	r io.ReaderAt
}

// A corePart is a piece of memory that is in the file.
type corePart struct {
	region
	offset uint64 // in the file
}

const maxNotes = 1 << 30 // bytes: some thousand for each thread

// Types of notes, beside elf.NT_PRSTATUS.
const noteAuxv = 6 // NT_AUXV

var errNoCore = errors.New("it is not a core file of Linux")

// readCore reads the headers and notes of a core file of a size.
func readCore(r io.ReaderAt, size int64) (*coreFile, error) {
	f, err := elf.NewFile(r)
	var unlike *elf.FormatError
	switch {
	case size == 0:
		return nil, errors.New("it is empty")
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("it ends within its headers")
	case err != nil && compression(r) != "":
		return nil, fmt.Errorf("it is compressed (%s): unpack it, or have coredumpctl dump write it", compression(r))
	case errors.As(err, &unlike):
		return nil, errNoCore
	case err != nil:
		return nil, err
	}
	if f.Type != elf.ET_CORE || f.Class != elf.ELFCLASS64 || f.Data != elf.ELFDATA2LSB {
		return nil, errNoCore
	}
	if _, ok := places[f.Machine]; !ok {
		return nil, fmt.Errorf("it is of a program for %v, and this dlvx reads those for amd64 and arm64", f.Machine)
	}
	c := &coreFile{machine: f.Machine, threads: map[uint64]registers{}, r: r}
	end := uint64(size)
	for _, p := range f.Progs {
		if p.Filesz == 0 {
			continue
		}
		// What the kernel could not write any more: the disk was full, or
		// RLIMIT_CORE too low.
		has := min(p.Filesz, end-min(end, p.Off))
		if has < p.Filesz {
			c.missing += int64(min(p.Filesz-has, 1<<62-uint64(c.missing)))
		}
		switch {
		case p.Type == elf.PT_NOTE && has > maxNotes:
			return nil, fmt.Errorf("notes of %d bytes are not plausible", has)
		case p.Type == elf.PT_NOTE:
			b := make([]byte, has)
			if _, err := r.ReadAt(b, int64(p.Off)); err != nil && !errors.Is(err, io.EOF) {
				return nil, err
			}
			c.notes(b)
		case p.Type == elf.PT_LOAD && has > 0 && p.Vaddr+has > p.Vaddr:
			c.parts = append(c.parts, corePart{region{p.Vaddr, has}, p.Off})
		}
	}
	slices.SortFunc(c.parts, func(a, b corePart) int { return cmp.Compare(a.addr, b.addr) })
	return c, nil
}

// compression returns with what a file is compressed, as systemd does with core
// files; "": with nothing that is known.
func compression(r io.ReaderAt) string {
	head := make([]byte, 4)
	if _, err := r.ReadAt(head, 0); err != nil {
		return ""
	}
	for magic, name := range map[string]string{"\x28\xb5\x2f\xfd": "zstd", "\x04\x22\x4d\x18": "lz4", "\xfd7zX": "xz", "\x1f\x8b": "gzip"} {
		if strings.HasPrefix(string(head), magic) {
			return name
		}
	}
	return ""
}

// notes reads the notes of a segment (Elf64_Nhdr): three words, the name and the
// contents, both filled up to words. What does not fit ends them.
func (c *coreFile) notes(b []byte) {
	const header = 12
	for len(b) >= header {
		nameSize, size := uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[4:]))
		kind := elf.NType(binary.LittleEndian.Uint32(b[8:]))
		at := header + (nameSize+3)&^3
		next := at + (size+3)&^3
		if at+size > uint64(len(b)) {
			return
		}
		switch kind {
		case elf.NT_PRSTATUS:
			c.thread(b[at : at+size])
		case noteAuxv:
			c.auxv = b[at : at+size]
		}
		b = b[min(next, uint64(len(b))):]
	}
}

// places tell which words of the registers are those that a stack is unwound by;
// -1: there is none.
var places = map[elf.Machine]struct{ pc, sp, lr int }{
	elf.EM_X86_64:  {16, 19, -1}, // rip and rsp of struct user_regs_struct
	elf.EM_AARCH64: {32, 31, 30}, // of struct user_pt_regs
}

// thread reads a struct elf_prstatus of Linux: the thread's number, and from byte
// 112 on its registers, which are those of ptrace.
func (c *coreFile) thread(b []byte) {
	const number, regs = 32, 112
	at := places[c.machine]
	if len(b) < regs+8*(max(at.pc, at.sp)+1) {
		return
	}
	word := func(i int) uint64 {
		if i < 0 {
			return 0
		}
		return binary.LittleEndian.Uint64(b[regs+8*i:])
	}
	id := uint64(binary.LittleEndian.Uint32(b[number:]))
	c.threads[id] = registers{pc: word(at.pc), sp: word(at.sp), lr: word(at.lr)}
}

// read reads what the core file has, wholly or not at all: it may be in several
// parts that follow one another.
func (c *coreFile) read(addr uint64, buf []byte) error {
	for at, rest := addr, buf; len(rest) > 0; {
		i := sort.Search(len(c.parts), func(i int) bool { return c.parts[i].addr > at }) - 1
		if i < 0 || at-c.parts[i].addr >= c.parts[i].size {
			return fmt.Errorf("%d bytes at %#x: %w", len(buf), addr, errNotInCore)
		}
		p := c.parts[i]
		n := min(uint64(len(rest)), p.size-(at-p.addr))
		if _, err := c.r.ReadAt(rest[:n], int64(p.offset+at-p.addr)); err != nil {
			return fmt.Errorf("%d bytes at %#x: reading the core file: %w", len(buf), addr, err)
		}
		rest, at = rest[n:], at+n
	}
	return nil
}

var errNotInCore = errors.New("not in the core file")

//go:build linux && (amd64 || arm64)

package process

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dlvx/dlvx/spawnlabel"
)

// find finds the variables that no symbol table tells of in a program's data.
func (img *image) find(m source) error {
	for name, look := range map[string]func(source) (uint64, error){
		"firstmoduledata":   img.findModules,
		"allgs":             img.findAllgs,
		"waitReasonStrings": img.findWaitReasons,
		"spawnLabelFormat":  img.findLabelFormat,
		"buildVersion":      img.findVersion,
	} {
		if img.variables[name] != 0 {
			continue
		}
		at, err := look(m)
		switch {
		case errors.Is(err, ErrEnded):
			return err
		case err != nil && (name == "allgs" || name == "firstmoduledata"):
			return fmt.Errorf("it is stripped of its symbols, and runtime.%s was not found without them", name)
		case err == nil:
			img.variables[name] = at
		}
	}
	return nil
}

var errNotFound = errors.New("not found")

// search calls at with each word of some sections that is aligned to 8 bytes,
// and with the rest of its section, until it returns true.
func (img *image) search(m source, sections []string, at func(addr uint64, rest []byte) bool) (uint64, error) {
	for _, name := range sections {
		s, ok := img.sections[name]
		if !ok || s.size == 0 || s.size > maxSection {
			continue
		}
		b := make([]byte, s.size)
		if err := m.read(s.addr, b); err != nil {
			if errors.Is(err, ErrEnded) {
				return 0, err
			}
			continue
		}
		for i := 0; i+8 <= len(b); i += 8 {
			if at(s.addr+uint64(i), b[i:]) {
				return s.addr + uint64(i), nil
			}
		}
	}
	return 0, errNotFound
}

const maxSection = 1 << 30

var (
	dataSections = []string{".data", ".noptrdata", ".data.rel.ro", ".go.module"}
	bssSections  = []string{".bss", ".noptrbss"}
)

// findModules finds runtime.firstmoduledata: it has a section of its own since
// Go 1.26, and begins with the address of the function tables.
func (img *image) findModules(m source) (uint64, error) {
	if s, ok := img.sections[".go.module"]; ok {
		return s.addr, nil
	}
	tables, ok := img.sections[".gopclntab"]
	if !ok {
		if tables, ok = img.sections[".data.rel.ro.gopclntab"]; !ok {
			return 0, errNotFound
		}
	}
	code := img.sections[".text"]
	within := func(b []byte, field string) bool {
		at := img.offsets["moduledata."+field]
		if at == 0 || at+8 > uint64(len(b)) {
			return false
		}
		pc := binary.LittleEndian.Uint64(b[at:])
		return pc >= code.addr && pc <= code.addr+code.size
	}
	return img.search(m, dataSections, func(_ uint64, b []byte) bool {
		return binary.LittleEndian.Uint64(b) == tables.addr && within(b, "text") && within(b, "minpc") && within(b, "maxpc")
	})
}

// findAllgs finds runtime.allgs: a slice all of whose elements point to a
// runtime.g, which points to itself in g.sched.g. The longest one is it: there
// are others in the runtime, while it copies.
func (img *image) findAllgs(m source) (uint64, error) {
	var best, most uint64
	_, err := img.search(m, bssSections, func(addr uint64, b []byte) bool {
		if len(b) < 24 {
			return false
		}
		ptr, n, capacity := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])
		if ptr < 1<<16 || ptr%8 != 0 || n <= most || capacity < n || capacity > maxGoroutines {
			return false
		}
		if img.areGoroutines(m, ptr, min(n, 64)) {
			best, most = addr, n
		}
		return false
	})
	if best == 0 {
		return 0, err
	}
	return best, nil
}

// areGoroutines tells whether n pointers to a runtime.g stand at an address.
func (img *image) areGoroutines(m source, addr, n uint64) bool {
	list := make([]byte, 8*n)
	if m.read(addr, list) != nil {
		return false
	}
	for ; len(list) > 0; list = list[8:] {
		g := binary.LittleEndian.Uint64(list)
		if g < 1<<16 || g%8 != 0 {
			return false
		}
		if self, err := readWord(m, g+img.offsets["g.sched.g"]); err != nil || self != g {
			return false
		}
	}
	return true
}

// findWaitReasons finds the array of strings by its first three, which have
// been the same in every release.
func (img *image) findWaitReasons(m source) (uint64, error) {
	return img.findStrings(m, "", "GC assist marking", "IO wait")
}

// findVersion finds runtime.buildVersion, or a string that is equal to it.
func (img *image) findVersion(m source) (uint64, error) { return img.findStrings(m, img.goVersion) }

// findStrings finds where string variables stand one after the other.
func (img *image) findStrings(m source, words ...string) (uint64, error) {
	return img.search(m, append([]string{".rodata"}, dataSections...), func(_ uint64, b []byte) bool {
		for i, w := range words {
			if 16*i+16 > len(b) || binary.LittleEndian.Uint64(b[16*i+8:]) != uint64(len(w)) {
				return false
			}
		}
		for i, w := range words {
			text := make([]byte, len(w))
			if m.read(binary.LittleEndian.Uint64(b[16*i:]), text) != nil || string(text) != w {
				return false
			}
		}
		return true
	})
}

// findLabelFormat finds the record that programs have which record spawn labels.
func (img *image) findLabelFormat(m source) (uint64, error) {
	return img.search(m, dataSections, func(_ uint64, b []byte) bool {
		return bytes.HasPrefix(b, []byte(spawnlabel.Magic))
	})
}

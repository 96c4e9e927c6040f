package main

import (
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/delve"
	"github.com/dlvx/dlvx/spawnlabel"
)

// checkBinary tells why a binary cannot be debugged, before anything is
// started or stopped; nil for what only Delve can tell. check is
// --check-go-version.
func checkBinary(path string, check bool) error { return checkFile(path, path, check) }

// checkFile is checkBinary of a file that has another name for people.
func checkFile(path, name string, check bool) error {
	if !check {
		return nil
	}
	info, err := checkGo(path, name)
	if err != nil {
		return fmt.Errorf("%w, and with --check-go-version=false others that load Go code from a library", err)
	}
	if info == nil {
		return nil
	}
	if newest, newer := delve.NewerGo(info.GoVersion); newer {
		return fmt.Errorf("%s was built by %s, and this dlvx knows Go up to %s: update dlvx (go install github.com/dlvx/dlvx/cmd/dlvx@latest), or try with --check-go-version=false", name, info.GoVersion, newest)
	}
	if !hasDebugInfo(path) {
		return fmt.Errorf("%s %w", name, errStripped)
	}
	return nil
}

// checkGo reads what Go says of a program in its file. It is an error of one that
// no Go has built; nil, nil of what cannot be read: Delve says so.
func checkGo(path, name string) (*buildinfo.BuildInfo, error) {
	info, err := buildinfo.ReadFile(path)
	switch {
	case err != nil && strings.Contains(err.Error(), "not a Go executable"):
		return nil, fmt.Errorf("%s is not a Go program: dlvx debugs programs that the go command has built", name)
	case err != nil:
		return nil, nil
	}
	return info, nil
}

// errStripped is why Delve shows no goroutines of a program.
var errStripped = errors.New("has no debug information: build it without -ldflags=-s or -w and do not strip it, or see its assembly code with --check-go-version=false")

// hasDebugInfo tells whether Delve will find debug information of a binary. Where
// that is not to be told, it is true.
func hasDebugInfo(path string) bool {
	if f, err := elf.Open(path); err == nil {
		defer f.Close()
		return slices.ContainsFunc(f.Sections, func(s *elf.Section) bool {
			// The last is the name of a file elsewhere.
			return s.Name == ".debug_info" || s.Name == ".zdebug_info" || s.Name == ".gnu_debuglink"
		}) || hasDebugFile(f)
	}
	if f, err := macho.Open(path); err == nil {
		defer f.Close()
		return slices.ContainsFunc(f.Sections, func(s *macho.Section) bool {
			return s.Name == "__debug_info" || s.Name == "__zdebug_info"
		})
	}
	if f, err := pe.Open(path); err == nil {
		defer f.Close()
		return slices.ContainsFunc(f.Sections, func(s *pe.Section) bool {
			return s.Name == ".debug_info" || s.Name == ".zdebug_info"
		})
	}
	return true
}

// hasDebugFile tells whether one of Delve's folders has the debug information
// of a binary by its build id, or a server may have it.
func hasDebugFile(f *elf.File) bool {
	if os.Getenv("DEBUGINFOD_URLS") != "" {
		return true
	}
	section := f.Section(".note.gnu.build-id")
	if section == nil {
		return false
	}
	note, err := section.Data()
	const header = 16 // three words, and GNU\0
	if err != nil || len(note) < header+2 {
		return false
	}
	id := hex.EncodeToString(note[header:])
	return slices.ContainsFunc(delve.DebugInfoDirectories(), func(dir string) bool {
		name := filepath.Join(id[:2], id[2:]+".debug")
		_, err := os.Stat(filepath.Join(dir, ".build-id", name))
		_, err2 := os.Stat(filepath.Join(dir, name))
		return err == nil || err2 == nil
	})
}

// records tells whether a binary records spawn labels that this dlvx reads.
func records(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	return spawnlabel.InBinary(f)
}

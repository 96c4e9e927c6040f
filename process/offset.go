//go:build linux && (amd64 || arm64)

package process

import (
	_ "embed"
	"fmt"
	"go/version"
	"strconv"
	"strings"
)

// offsets says where the fields of the runtime's structures are, in bytes:
// "g.sched.pc". The size of a structure stands under its own name.
type offsets map[string]uint64

// table holds the offsets of each Go release, for programs without DWARF. A
// test compares it with the DWARF of programs built by these releases, and
// with -update writes it.
//
//go:embed offsets.txt
var table string

// tableOffsets returns the offsets of a Go release, as debug/buildinfo names it
// ("go1.26.8 X:nocgo").
func tableOffsets(goVersion string) (offsets, error) {
	release, _, _ := strings.Cut(goVersion, " ")
	lang := strings.TrimPrefix(version.Lang(release), "go")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	columns := strings.Fields(lines[0])
	for i, c := range columns[1:] {
		if c != lang {
			continue
		}
		o := offsets{}
		for _, line := range lines[1:] {
			cells := strings.Fields(line)
			if n, err := strconv.ParseUint(cells[i+1], 10, 64); err == nil { // else "-": that release has no such field
				o[cells[0]] = n
			}
		}
		return o, nil
	}
	return nil, fmt.Errorf("it has no debug information, and where %s keeps its goroutines is not known to this dlvx (it knows %s to %s): build it without -ldflags=-w", release, columns[1], columns[len(columns)-1])
}

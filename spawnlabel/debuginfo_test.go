package spawnlabel

import (
	"debug/dwarf"
	"debug/elf"
	"maps"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"testing"
)

// TestDebugInfo compares the debug information of a recording program with
// that of a plain one: the runtime's functions are at the same lines of the
// same files, besides those that were added.
func TestDebugInfo(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads ELF files")
	}
	for _, flags := range [][]string{nil, {"-trimpath"}} {
		recording, _ := build{dir: tiny, flags: flags}.program(t)
		plain := filepath.Join(t.TempDir(), "plain")
		cmd := exec.Command("go", append(append([]string{"build", "-o", plain}, flags...), ".")...)
		cmd.Dir = tiny
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		want, have := runtimeLines(t, plain), runtimeLines(t, recording)
		home := path.Dir(want["runtime.newproc1"].file)
		added := map[string]bool{}
		maps.DeleteFunc(have, func(name string, at place) bool {
			isAdded := path.Base(at.file) == "zspawnlabel.go" || path.Base(at.file) == "zspawntimer.go"
			if isAdded {
				added[at.file] = true
			}
			return isAdded
		})
		delete(added, home+"/zspawntimer.go") // not linked where there are no timers
		if len(added) != 1 || !added[home+"/zspawnlabel.go"] {
			t.Errorf("%v: added files %v, want zspawnlabel.go in %s", flags, added, home)
		}
		for name, at := range have {
			if was, ok := want[name]; ok && was != at {
				t.Errorf("%v: %s is at %v, was at %v", flags, name, at, was)
			}
		}
		if len(want) < 500 || len(have) < len(want)-20 {
			t.Errorf("%v: %d functions, were %d", flags, len(have), len(want))
		}
	}
}

type place struct {
	file string
	line int64
}

// runtimeLines returns where the functions of a program's package runtime are
// declared.
func runtimeLines(t *testing.T, path string) map[string]place {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	data, err := file.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]place{}
	r := data.Reader()
	for {
		unit, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if unit == nil {
			return places
		}
		if name, _ := unit.Val(dwarf.AttrName).(string); unit.Tag != dwarf.TagCompileUnit || name != "runtime" {
			r.SkipChildren()
			continue
		}
		lines, err := data.LineReader(unit)
		if err != nil {
			t.Fatal(err)
		}
		for {
			e, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if e == nil || e.Tag == 0 {
				break
			}
			r.SkipChildren()
			if e.Tag != dwarf.TagSubprogram {
				continue
			}
			name, _ := e.Val(dwarf.AttrName).(string)
			line, _ := e.Val(dwarf.AttrDeclLine).(int64)
			index, ok := e.Val(dwarf.AttrDeclFile).(int64)
			if files := lines.Files(); ok && name != "" && int(index) < len(files) && files[index] != nil {
				places[name] = place{files[index].Name, line}
			}
		}
	}
}

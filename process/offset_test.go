//go:build linux && (amd64 || arm64)

package process

import (
	"bytes"
	"debug/elf"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

var update = flag.Bool("update", false, "write offsets.txt, by the Go releases that it names")

// rows are what the table has of each release.
var rows = []string{
	"g",
	"g.stack.lo", "g.stack.hi", "g.m", "g.sched.sp", "g.sched.pc", "g.sched.g", "g.sched.lr", "g.syscallsp", "g.syscallpc",
	"g.stktopsp", "g.atomicstatus", "g.goid", "g.waitsince", "g.waitreason", "g.trackingSeq", "g.parentGoid",
	"g.gopc", "g.ancestors", "g.startpc", "g.waiting", "g.labels", "g.sleepWhen",
	"m.g0", "m.procid", "m.gsignal", "m.curg", "m.vdsoSP", "m.vdsoPC",
	"moduledata.funcnametab", "moduledata.cutab", "moduledata.filetab", "moduledata.pctab", "moduledata.pclntable",
	"moduledata.ftab", "moduledata.minpc", "moduledata.maxpc", "moduledata.text", "moduledata.gofunc", "moduledata.next",
	"moduledata.types", "moduledata.etypes",
	"ancestorInfo", "ancestorInfo.pcs", "ancestorInfo.goid", "ancestorInfo.gopc",
	"sudog.g", "sudog.next", "sudog.elem", "sudog.waitlink", "sudog.c", "sudog.isSelect",
	"sudog.elem.vu", "sudog.c.maybeTraceablePtr.vu", // since Go 1.26
	"hchan.qcount", "hchan.dataqsiz", "hchan.closed", "hchan.recvq.first", "hchan.sendq.first",
	"hchan.elemtype", "hchan.timer", "timer.when",
	"pollDesc.fd", "pollDesc.rg", "pollDesc.wg", "pollDesc.rd", "pollDesc.wd",
}

// releases are the columns of the table, and who builds for them.
var releases = []string{"go1.21.0", "go1.22.0", "go1.23.0", "go1.24.0", "go1.25.1", "go1.26.0", "go1.27.4"}

// matrixVar makes the tests use every Go release, downloaded where it has to be.
const matrixVar = "SPAWNLABEL_MATRIX"

// build builds a program of testdata, with flags and K=V variables of the
// environment.
func build(t testing.TB, name string, args ...string) string {
	t.Helper()
	// In a module of its own: this one's go line would ask for a newer release.
	dir := t.TempDir()
	src, err := os.ReadFile(filepath.Join("testdata", name, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string][]byte{"main.go": src, "go.mod": []byte("module " + name + "\n\ngo 1.21\n")} {
		if err := os.WriteFile(filepath.Join(dir, file), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	exe := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-o", exe)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=")
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			cmd.Args = append(cmd.Args, arg)
		} else {
			cmd.Env = append(cmd.Env, arg)
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return exe
}

func TestTable(t *testing.T) {
	local, err := exec.Command("go", "env", "GOVERSION").Output()
	if err != nil {
		t.Fatal(err)
	}
	toolchains := []string{strings.TrimSpace(string(local))}
	if *update || os.Getenv(matrixVar) != "" {
		toolchains = releases
	}
	all := map[string]offsets{}
	for _, toolchain := range toolchains {
		for _, arch := range []string{"amd64", "arm64"} {
			exe := build(t, "hello", "GOOS=linux", "CGO_ENABLED=0", "GOTOOLCHAIN="+toolchain, "GOARCH="+arch)
			f, err := elf.Open(exe)
			if err != nil {
				t.Fatal(err)
			}
			got, err := dwarfOffsets(f)
			f.Close()
			if err != nil {
				t.Fatalf("%s, %s: %v", toolchain, arch, err)
			}
			maps.DeleteFunc(got, func(name string, _ uint64) bool { return !slices.Contains(rows, name) })
			if old := all[toolchain]; old != nil && !maps.Equal(old, got) {
				t.Errorf("%s: on %s the offsets are others: %v, %v", toolchain, arch, got, old)
			}
			all[toolchain] = got
			if *update {
				continue
			}
			want, err := tableOffsets(toolchain)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range rows {
				if want[name] != got[name] {
					t.Errorf("%s, %s: %s is at %d, by the table at %d", toolchain, arch, name, got[name], want[name])
				}
			}
		}
	}
	if *update {
		writeTable(t, all)
	}
}

func writeTable(t *testing.T, all map[string]offsets) {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 1, 1, ' ', 0)
	fmt.Fprint(w, "field")
	for _, r := range releases {
		fmt.Fprintf(w, "\t%s", r[len("go"):strings.LastIndexByte(r, '.')])
	}
	for _, name := range rows {
		fmt.Fprintf(w, "\n%s", name)
		for _, r := range releases {
			if at, ok := all[r][name]; ok {
				fmt.Fprintf(w, "\t%d", at)
			} else {
				fmt.Fprint(w, "\t-")
			}
		}
	}
	fmt.Fprintln(w)
	w.Flush()
	if err := os.WriteFile("offsets.txt", b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestUnknownRelease(t *testing.T) {
	for _, release := range []string{"go1.20.4", "go1.99", "devel go1.28-abcdef", ""} {
		if o, err := tableOffsets(release); err == nil {
			t.Errorf("%s: %v", release, o)
		}
	}
	if o, err := tableOffsets("go1.26.8 X:nodwarf5"); err != nil || o["g.goid"] == 0 {
		t.Errorf("a release with experiments: %v, %v", o, err)
	}
}

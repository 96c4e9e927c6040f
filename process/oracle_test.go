//go:build linux && (amd64 || arm64)

package process

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
)

// TestOracle holds what a snapshot says of a program's goroutines against what
// the program's own runtime says of them, in each kind of build.
func TestOracle(t *testing.T) {
	builds := map[string][]string{
		"plain":         nil,
		"unoptimised":   {"-gcflags=all=-N -l"},
		"pie":           {"-buildmode=pie"},
		"stripped":      {"-ldflags=-s -w"},
		"stripped pie":  {"-buildmode=pie", "-ldflags=-s -w"},
		"without dwarf": {"-ldflags=-w"},
	}
	if os.Getenv(matrixVar) != "" {
		for _, release := range releases {
			builds[release] = []string{"GOTOOLCHAIN=" + release}
			builds[release+" stripped pie"] = []string{"GOTOOLCHAIN=" + release, "-buildmode=pie", "-ldflags=-s -w"}
		}
	}
	for name, args := range builds {
		t.Run(name, func(t *testing.T) {
			exe := build(t, "crowd", args...)
			p, text := startCrowd(t, exec.Command(exe, "-n", "200"))
			want := parseStacks(text)
			process := open(t, p.pid())
			for _, nonstop := range []bool{false, true} {
				s := snapshot(t, process, nonstop)
				if s.Atomic == nonstop || s.Note != "" {
					t.Errorf("nonstop %v: atomic is %v, and the note %q", nonstop, s.Atomic, s.Note)
				}
				got := map[int64]own{}
				for _, g := range goroutines(t, s) {
					if _, ok := want[g.ID]; !ok && !g.System {
						t.Errorf("goroutine %d is not among those that the program has", g.ID)
					}
					got[g.ID] = ownOf(g)
					if kind, ok := g.Labels["kind"]; ok != strings.Contains(got[g.ID].frames, "runtime/pprof.Do") || ok && kind != "labelled" {
						t.Errorf("goroutine %d has the labels %v", g.ID, g.Labels)
					}
				}
				s.Close()
				for id, w := range want {
					if w.state == "running" { // it has asked; it reads its input now
						continue
					}
					if d := w.diff(got[id]); d != "" {
						t.Errorf("nonstop %v: goroutine %d (-runtime +snapshot):\n%s", nonstop, id, d)
					}
				}
			}
			p.echo(t)
		})
	}
}

// own is a goroutine's own stack and state, as text.
type own struct{ state, frames string }

// ownOf returns what a traceback shows of a goroutine: of package runtime only
// what others call.
func ownOf(g stitch.Goroutine) own {
	var b strings.Builder
	for _, f := range g.Own {
		name := f.Func
		if name == "runtime.gopanic" {
			name = "panic"
		}
		if rest, ok := strings.CutPrefix(name, "runtime."); ok && !unicode.IsUpper(rune(rest[0])) {
			continue
		}
		if i, j := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']'); i >= 0 && i < j {
			name = name[:i] + "[...]" + name[j+1:]
		}
		fmt.Fprintf(&b, "%s %s:%d\n", name, f.File, f.Line)
	}
	if g.OwnCut {
		b.WriteString("cut\n")
	}
	return own{g.State.Word(), b.String()}
}

// diff compares the runtime's own words with those of a snapshot. In a long stack
// the runtime leaves out the middle.
func (o own) diff(got own) string {
	top, bottom, elided := strings.Cut(o.frames, elision)
	if elided && o.state == got.state && strings.HasPrefix(got.frames, top) && strings.HasSuffix(got.frames, bottom) {
		return ""
	}
	return cmp.Diff(o, got, cmp.AllowUnexported(own{}))
}

const elision = "...\n"

var (
	stackHeader = regexp.MustCompile(`^goroutine (\d+)[^\[]*\[([^,\]]*).*\]:$`)
	stackFrame  = regexp.MustCompile(`^(\S.*)\([^()]*\)$`)
	stackPlace  = regexp.MustCompile(`^\t(.*):(\d+)( .*)?$`)
)

// parseStacks reads what runtime.Stack writes with GOTRACEBACK=system. Goroutines
// of the runtime are left out: they come and go.
func parseStacks(text string) map[int64]own {
	all := map[int64]own{}
	for g := range strings.SplitSeq(text, "\n\n") {
		lines := strings.Split(strings.TrimSpace(g), "\n")
		header := stackHeader.FindStringSubmatch(lines[0])
		if header == nil {
			continue
		}
		var id int64
		fmt.Sscan(header[1], &id)
		var b strings.Builder
		user, name := false, ""
		for _, line := range lines[1:] {
			if strings.HasPrefix(line, "created by ") {
				break
			}
			if strings.HasPrefix(line, "...") {
				b.WriteString(elision)
			} else if m := stackFrame.FindStringSubmatch(line); m != nil {
				name = m[1]
				user = user || strings.HasPrefix(name, "main.")
			} else if m := stackPlace.FindStringSubmatch(line); m != nil && name != "runtime.goexit" {
				fmt.Fprintf(&b, "%s %s:%s\n", name, m[1], m[2])
			}
		}
		if user {
			all[id] = own{strings.TrimSuffix(header[2], " (scan)"), b.String()}
		}
	}
	return all
}

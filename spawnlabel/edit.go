package spawnlabel

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the added sources
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Sources that are added to package runtime. {{ATOMIC}}, {{SYS}} and
// {{VERSION}} stand for import paths that moved between releases, and for
// formatVersion.
var (
	//go:embed runtime/zspawnlabel.go.tmpl
	labelSource string
	//go:embed runtime/zspawntimer.go.tmpl
	timerSource string

	// What edits is part of what is recorded, see [edition.id].
	//go:embed edit.go
	editSource string
	//go:embed source.go
	sourceSource string
)

// An edition is one way to edit package runtime. There is one; tests make
// others by adding to its sources.
type edition struct {
	label, timer string
}

func thisEdition() edition { return edition{labelSource, timerSource} }

// id tells editions apart, in the build cache of the go command above all.
func (e edition) id() string {
	return digest(strconv.Itoa(formatVersion), e.label, e.timer, editSource, sourceSource)
}

// digest returns 16 hex digits that depend on all parts and their bounds.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// A runtimeFile is a file of package runtime as edited, or an added one.
type runtimeFile struct {
	name     string // its usual base name; unique
	original string // path of what was edited; empty: added
	text     []byte
}

// needed are the declarations that the added sources rely on. Where one has
// changed, the edit refuses instead of leaving it to the compiler.
var needed = []string{
	"func persistentalloc(size, align uintptr, sysStat *sysMemStat) unsafe.Pointer {",
	"func findfunc(pc uintptr) funcInfo {",
	"func newInlineUnwinder(f funcInfo, pc uintptr) (inlineUnwinder, inlineFrame) {",
	"func (u *inlineUnwinder) srcFunc(uf inlineFrame) srcFunc {",
	"func (s srcFunc) name() string {",
	"func (u *unwinder) init(gp *g, flags unwindFlags) {",
	"func (u *unwinder) valid() bool {",
	"func (u *unwinder) next() {",
	"func add(p unsafe.Pointer, x uintptr) unsafe.Pointer {",
	"func acquirem() *m {",
	"func releasem(mp *m) {",
	"const framepointer_enabled = ",
	"var mainStarted bool",
}

// A goFile is a Go file as it is on disk.
type goFile struct {
	path string
	text []byte
}

func readFiles(paths []string) ([]goFile, error) {
	files := make([]goFile, len(paths))
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files[i] = goFile{path, text}
	}
	return files, nil
}

// edit returns the files of package runtime that have to change, edited, and
// the added ones. It is given all its Go files, under whatever names. The error
// names the file, the function and the statement that is not as expected; it
// depends on nothing but these files.
func (e edition) edit(files []goFile) ([]runtimeFile, error) {
	var proc, g, timer *source
	missing := append([]string(nil), needed...)
	for _, f := range files {
		missing = without(missing, f.text)
		for _, part := range []struct {
			decl string
			to   **source
		}{
			{"\nfunc newproc1(", &proc},
			{"\ntype g struct {", &g},
			{"\nfunc newTimer(", &timer},
		} {
			if !bytes.Contains(f.text, []byte(part.decl)) {
				continue
			}
			if *part.to != nil {
				return nil, fmt.Errorf("%s and %s both declare %q", (*part.to).path, f.path, strings.TrimSpace(part.decl))
			}
			var err error
			if *part.to, err = parseSource(f.path, f.text); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case proc == nil:
		return nil, fmt.Errorf("package runtime has no func newproc1")
	case g == nil:
		return nil, fmt.Errorf("package runtime has no struct g")
	case proc.path == g.path || timer != nil && (timer.path == proc.path || timer.path == g.path):
		return nil, fmt.Errorf("package runtime is laid out in another way than it is known to be")
	case len(missing) > 0:
		return nil, fmt.Errorf("package runtime has no %q", strings.TrimSuffix(missing[0], " {"))
	}

	if err := editProc(proc); err != nil {
		return nil, err
	}
	if err := g.addFields("g", "spawn *spawnLabel; spawnGoids [3]uint64"); err != nil {
		return nil, err
	}
	atomic, err := proc.importPath("internal/runtime/atomic")
	if err != nil {
		if atomic, err = proc.importPath("runtime/internal/atomic"); err != nil {
			return nil, err
		}
	}
	sys, err := proc.importPath("/sys")
	if err != nil {
		return nil, err
	}
	fill := strings.NewReplacer("{{ATOMIC}}", atomic, "{{SYS}}", sys, "{{VERSION}}", strconv.Itoa(formatVersion))
	edited := []runtimeFile{
		{"proc.go", proc.path, proc.result()},
		{"runtime2.go", g.path, g.result()},
		{"zspawnlabel.go", "", []byte(fill.Replace(e.label))},
	}
	if timer == nil {
		return edited, nil // Go before 1.23: goroutines of time.AfterFunc have no spawner
	}
	if err := editTimer(timer); err != nil {
		return nil, err
	}
	return append(edited,
		runtimeFile{"time.go", timer.path, timer.result()},
		runtimeFile{"zspawntimer.go", "", []byte(fill.Replace(e.timer))},
	), nil
}

// editProc makes newproc1, which every new goroutine comes from, label it.
func editProc(s *source) error {
	fn := s.function("", "newproc1")
	if fn == nil {
		return fmt.Errorf("%s: no func newproc1", s.path)
	}
	if params := s.textOf(fn.Type.Params); !strings.Contains(params, "callergp *g, callerpc uintptr") {
		return fmt.Errorf("%s: func newproc1 has parameters %s, want callergp *g, callerpc uintptr among them", s.path, params)
	}
	at, err := s.statement(fn, "newg.ancestors = saveAncestors(callergp)")
	if err != nil {
		return err
	}
	s.insert(at.End(), "; newg.spawn = spawnOf(callergp, callerpc); newg.spawnGoids = spawnGoidsOf(callergp)")
	return nil
}

// editTimer makes timers without a channel remember who made them.
func editTimer(s *source) error {
	if err := s.addFields("timer", "spawned bool"); err != nil {
		return err
	}
	make := s.function("", "newTimer")
	run := s.function("*timer", "unlockAndRun")
	if make == nil || run == nil {
		return fmt.Errorf("%s: no func newTimer or no method unlockAndRun", s.path)
	}
	if params := s.textOf(make.Type.Params); !strings.HasSuffix(params, "c *hchan)") {
		return fmt.Errorf("%s: func newTimer has parameters %s, want c *hchan to be the last", s.path, params)
	}
	alloc, err := s.statement(make, "t := new(timeTimer)")
	if err != nil {
		return err
	}
	call, err := s.statement(run, "f(arg, seq, delay)")
	if err != nil {
		return err
	}
	s.replace(alloc, "t := newSpawnTimer(c != nil)")
	s.insert(call.Pos(), "spawnTimerEnter(t); ")
	s.insert(call.End(), "; spawnTimerLeave(t)")
	return nil
}

// without returns the strings that text does not contain.
func without(list []string, text []byte) []string {
	var rest []string
	for _, s := range list {
		if !bytes.Contains(text, []byte(s)) {
			rest = append(rest, s)
		}
	}
	return rest
}

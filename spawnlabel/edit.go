package spawnlabel

import (
	"crypto/sha256"
	_ "embed" // the added sources
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/dlvx/dlvx/internal/goedit"
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
)

// An edition is one way to edit package runtime. There is one for each
// addition; tests make others by adding to its sources.
type edition struct {
	label, timer string
	add          Addition
}

func thisEdition(add Addition) edition { return edition{labelSource, timerSource, add} }

// id tells editions apart, in the build cache of the go command above all.
func (e edition) id() string {
	return digest(strconv.Itoa(formatVersion), e.label, e.timer, editSource, goedit.ID(), e.add.ID)
}

// digest returns 16 hex digits that depend on all parts and their bounds.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
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

// edit edits package runtime. The error names the file, the function and the
// statement that is not as expected; it depends on nothing but these files.
func (e edition) edit(p *goedit.Package) error {
	proc, err := p.Source("proc.go", "func newproc1(")
	if err != nil {
		return err
	}
	g, err := p.Source("runtime2.go", "type g struct {")
	if err != nil {
		return err
	}
	timer, err := p.Source("time.go", "func newTimer(")
	if err != nil {
		return err
	}
	switch {
	case proc == nil:
		return fmt.Errorf("package runtime has no func newproc1")
	case g == nil:
		return fmt.Errorf("package runtime has no struct g")
	case proc == g || timer == proc || timer == g:
		return fmt.Errorf("package runtime is laid out in another way than it is known to be")
	}
	if err := p.Require(needed...); err != nil {
		return err
	}

	if err := editProc(proc); err != nil {
		return err
	}
	if err := g.AddFields("g", "spawn *spawnLabel; spawnGoids [3]uint64"); err != nil {
		return err
	}
	atomic, err := proc.ImportPath("internal/runtime/atomic")
	if err != nil {
		if atomic, err = proc.ImportPath("runtime/internal/atomic"); err != nil {
			return err
		}
	}
	sys, err := proc.ImportPath("/sys")
	if err != nil {
		return err
	}
	fill := strings.NewReplacer("{{ATOMIC}}", atomic, "{{SYS}}", sys, "{{VERSION}}", strconv.Itoa(formatVersion))
	p.Add("zspawnlabel.go", fill.Replace(e.label))
	if timer == nil {
		return nil // Go before 1.23: goroutines of time.AfterFunc have no spawner
	}
	if err := editTimer(timer); err != nil {
		return err
	}
	p.Add("zspawntimer.go", fill.Replace(e.timer))
	return nil
}

// editProc makes newproc1, which every new goroutine comes from, label it.
func editProc(s *goedit.Source) error {
	fn := s.Function("", "newproc1")
	if fn == nil {
		return fmt.Errorf("%s: no func newproc1", s.Path)
	}
	if params := s.Text(fn.Type.Params); !strings.Contains(params, "callergp *g, callerpc uintptr") {
		return fmt.Errorf("%s: func newproc1 has parameters %s, want callergp *g, callerpc uintptr among them", s.Path, params)
	}
	at, err := s.Statement(fn, "newg.ancestors = saveAncestors(callergp)")
	if err != nil {
		return err
	}
	s.Insert(at.End(), "; newg.spawn = spawnOf(callergp, callerpc); newg.spawnGoids = spawnGoidsOf(callergp)")
	return nil
}

// editTimer makes timers without a channel remember who made them.
func editTimer(s *goedit.Source) error {
	if err := s.AddFields("timer", "spawned bool"); err != nil {
		return err
	}
	make := s.Function("", "newTimer")
	run := s.Function("*timer", "unlockAndRun")
	if make == nil || run == nil {
		return fmt.Errorf("%s: no func newTimer or no method unlockAndRun", s.Path)
	}
	if params := s.Text(make.Type.Params); !strings.HasSuffix(params, "c *hchan)") {
		return fmt.Errorf("%s: func newTimer has parameters %s, want c *hchan to be the last", s.Path, params)
	}
	alloc, err := s.Statement(make, "t := new(timeTimer)")
	if err != nil {
		return err
	}
	call, err := s.Statement(run, "f(arg, seq, delay)")
	if err != nil {
		return err
	}
	s.Replace(alloc, "t := newSpawnTimer(c != nil)")
	s.Insert(call.Pos(), "spawnTimerEnter(t); ")
	s.Insert(call.End(), "; spawnTimerLeave(t)")
	return nil
}

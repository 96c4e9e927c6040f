package debugmode

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"go/ast"
	"io/fs"
	"strconv"
	"strings"

	"github.com/dlvx/dlvx/internal/goedit"
	"github.com/dlvx/dlvx/spawnlabel"
)

//go:embed addition.go runtime
var files embed.FS

// Addition returns what the mode adds to recorded programs.
func Addition() spawnlabel.Addition {
	return spawnlabel.Addition{
		Name:     "the debug mode",
		ID:       id(),
		Edit:     edit,
		Packages: []string{"context", "testing"},
	}
}

func id() string {
	h := sha256.New()
	fmt.Fprintln(h, version)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		panic(err) // it is embedded
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// A system is what the added sources need to know of an operating system.
type system struct {
	dupCloexec, eintr, eagain int
	clock                     string // the file that has watchClock
}

var systems = map[string]system{
	"linux":  {1030, 4, 11, "zwatchclock_linux.go"},
	"darwin": {67, 4, 35, "zwatchclock.go"},
}

// edit is the Edit of the addition.
func edit(path string, p *goedit.Package, goos string) error {
	switch path {
	case "context":
		return editContext(p)
	case "testing":
		return editTesting(p)
	}
	sys, ok := systems[goos]
	if !ok {
		return fmt.Errorf("it is not made for %s", goos)
	}
	return editRuntime(p, sys)
}

// needed are declarations that the added sources rely on.
var needed = []string{
	"func stopTheWorld(reason stwReason) worldStop {",
	"func forEachGRace(fn func(gp *g)) {",
	"func injectglist(glist *gList) {",
	"func notetsleep(n *note, ns int64) bool {",
	"func goparkunlock(lock *mutex, reason waitReason, traceReason traceBlockReason, traceskip int) {",
	"func (u *inlineUnwinder) fileLine(uf inlineFrame) (file string, line int) {",
	"func timeSleep(ns int64) {",
	"func preemptall() bool {",
	"func lockInit(l *mutex, rank lockRank) {",
	"\tlockRankForcegc\n",
	"func gcStart(trigger gcTrigger) {",
	"func gcAssistAlloc(gp *g) {",
	"func gcWaitOnMark(n uint32) {",
	"func memclrNoHeapPointersChunked(size uintptr, x unsafe.Pointer) {",
}

// editRuntime edits a package runtime that has spawn labels.
func editRuntime(p *goedit.Package, sys system) error {
	if err := p.Require(needed...); err != nil {
		return err
	}
	e := editor{p: p}
	e.in("proc.go", "", "main").behind("gcenable()", "watchStart()")
	e.in("proc.go", "", "newproc1").behind("newg.ancestors = saveAncestors(callergp)", "newg.watchTest = callergp.watchTest &^ watchReported")
	e.in("proc.go", "", "goschedImpl").before("casgstatus(gp, _Grunning, _Grunnable)",
		"if preempted { watchPreempt(gp) } else if gp.watch != nil || gp.preempt { watchYield(gp, waitReasonZero, false) }")
	e.in("proc.go", "", "park_m").before("casgstatus(gp, _Grunning, _Gwaiting)",
		"if gp.watch != nil || gp.preempt { watchYield(gp, gp.waitreason, false) }; gp.waitsince = watch.now")
	e.in("proc.go", "", "preemptPark").before("casGToPreemptScan(gp, _Grunning, _Gscan|_Gpreempted)", "watchPreempt(gp)")
	e.in("coro.go", "", "coroswitch_m").behind("mp := gp.m",
		"if !exit && (gp.watch != nil || gp.preempt) { watchYield(gp, waitReasonCoroutine, false) }")
	e.in("proc.go", "", "goyield_m").before("casgstatus(gp, _Grunning, _Grunnable)",
		"if gp.watch != nil || gp.preempt { watchYield(gp, waitReasonZero, false) }")
	e.in("proc.go", "", "gdestroy").before("casgstatus(gp, _Grunning, _Gdead)",
		"if gp.watch != nil || gp.preempt { watchYield(gp, waitReasonZero, true) }")
	e.in("proc.go", "", "execute").behind("gp.waitsince = 0", "if gp.watch != nil { gp.watch.slice = watchClock(mp) }")
	e.in("proc.go", "", "retake").before("preemptone(pp)", "watchRequest(pp, now)")
	e.in("proc.go", "", "retake").behind("n++", "watchRetaken(pp, now)")
	e.in("proc.go", "", "exitsyscall").each(2).before("gp.syscallsp = 0", "if gp.watchCall != 0 { systemstack(func() { watchReturned(gp) }) }")
	e.in("proc.go", "", "runExitHooks").before("exithook.Run(code)", "watchExit(code)")
	e.in("signal_unix.go", "", "sighandler(sig uint32").before("flags := int32(_SigThrow)", "watchSignal(sig)")
	e.in("panic.go", "", "dopanic_m").before("unlock(&paniclk)", "if level > 0 { watchCrashOne(gp) }")
	e.in("traceback.go", "", "tracebacksomeothers").last("watchCrashAll(me, showf)")
	e.fields("runtime2.go", "g", "watch *watchStretch; watchCall int64; watchTest uint64")
	e.fields("runtime2.go", "p", "watchGoid uint64; watchWhen, watchCPU int64; watchTick uint32")
	if e.err != nil {
		return e.err
	}

	proc, err := p.Source("proc.go", "func newproc1(")
	if err != nil {
		return err
	}
	atomic, err := proc.ImportPath("internal/runtime/atomic")
	if err != nil {
		return err
	}
	sysPath, err := proc.ImportPath("/sys")
	if err != nil {
		return err
	}
	leaked, leakGC := "1 << 30", ""
	if p.Has("\nfunc goroutineLeakGC() {") && p.Has("\t_Gleaked // ") {
		leaked, leakGC = "_Gleaked", "goroutineLeakGC()"
	}
	if untrace := "sg.c.setUntraceable()"; p.Has("\t" + untrace + "\n") {
		// The runtime hides the channel that a goroutine waits on from the
		// garbage collector, but not the value being sent. Where that is in the
		// closure that also has the channel, as in go func() { c <- n }(), it keeps
		// the channel alive, and the goroutine would never count as leaked.
		// What is hidden is restored with the channel. Until then the sender's stack
		// keeps the value (KeepAlive in chansend; the cases in selectgo), once it is
		// known whether that is leaked. A receiver's stack need not keep what it
		// receives into.
		e.in("mgc.go", "", "setSyncObjectsUntraceable").behind(untrace,
			"if watchWants(watchLeaks) && (gp.waitreason == waitReasonChanSend || gp.waitreason == waitReasonSelect) { sg.elem.setUntraceable() }")
		if e.err != nil {
			return e.err
		}
	}
	syscall := "internal/runtime/syscall"
	if p.Has(`"` + syscall + `/linux"`) { // since Go 1.26
		syscall += "/linux"
	}
	fill := strings.NewReplacer(
		"{{ATOMIC}}", atomic, "{{SYS}}", sysPath, "{{SYSCALL}}", syscall,
		"{{VERSION}}", strconv.Itoa(version), "{{VARIABLE}}", variable,
		"{{DUPCLOEXEC}}", strconv.Itoa(sys.dupCloexec), "{{EINTR}}", strconv.Itoa(sys.eintr), "{{EAGAIN}}", strconv.Itoa(sys.eagain),
		"{{LEAKED}}", leaked, "{{LEAKGC}}", leakGC,
	)
	for _, name := range []string{"zwatch.go", "zwatchslow.go", "zwatchlist.go", "zwatchcontext.go", "zwatchcrash.go", sys.clock} {
		p.Add(name, fill.Replace(template(name)))
	}
	return nil
}

// editContext makes contexts that have to be cancelled known to the runtime.
func editContext(p *goedit.Package) error {
	e := editor{p: p}
	e.in("context.go", "", "withCancel").before("c.propagateCancel(parent, c)", "c.watchSite = watchContext()")
	e.in("context.go", "", "WithDeadlineCause").before("c.cancelCtx.propagateCancel(parent, c)", "c.watchSite = watchContext()")
	e.in("context.go", "*cancelCtx", "cancel").behind("c.err.Store(err)", "if c.watchSite != 0 { watchContextDone(c.watchSite) }")
	e.fields("context.go", "cancelCtx", "watchSite uintptr")
	p.Add("zcontext.go", template("zcontext.go"))
	return e.err
}

// editTesting makes tests known to the runtime.
func editTesting(p *goedit.Package) error {
	e := editor{p: p}
	e.in("testing.go", "", "tRunner").behind("t.runner = callerName(0)", "watchTestBegins()")
	e.in("testing.go", "", "tRunner").before("t.report()", "watchTestEnds(t.name)")
	p.Add("ztesting.go", template("ztesting.go"))
	return e.err
}

func template(name string) string {
	text, err := files.ReadFile("runtime/" + name + ".tmpl")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}

// An editor keeps the first error of a series of edits.
type editor struct {
	p   *goedit.Package
	err error
}

// A place is a function that is being edited.
type place struct {
	e     *editor
	src   *goedit.Source
	fn    *ast.FuncDecl
	count int // of the statements that are meant
}

// in returns the function with that name, which is usually in that file. What
// follows a parenthesis is the beginning of its parameters.
func (e *editor) in(file, recv, name string) place {
	pl := place{e: e, count: 1}
	if e.err != nil {
		return pl
	}
	name, params, _ := strings.Cut(name, "(")
	decl := "func " + name + "(" + params
	if recv != "" {
		decl = "func (c " + recv + ") " + name + "("
	}
	if pl.src, e.err = e.p.Source(file, decl); e.err != nil {
		return pl
	}
	if pl.src != nil {
		pl.fn = pl.src.Function(recv, name)
	}
	if pl.fn == nil {
		e.err = fmt.Errorf("there is no func %s", name)
	}
	return pl
}

// each says that several statements are meant, so many.
func (pl place) each(count int) place {
	pl.count = count
	return pl
}

func (pl place) statements(stmt string) []ast.Stmt {
	if pl.e.err != nil {
		return nil
	}
	found, err := pl.src.Statements(pl.fn, stmt, pl.count)
	pl.e.err = err
	return found
}

func (pl place) before(stmt, with string) {
	for _, s := range pl.statements(stmt) {
		pl.src.Insert(s.Pos(), with+"; ")
	}
}

func (pl place) behind(stmt, with string) {
	for _, s := range pl.statements(stmt) {
		pl.src.Insert(s.End(), "; "+with)
	}
}

// last puts a statement at the end of the function.
func (pl place) last(with string) {
	if pl.e.err == nil {
		pl.src.Insert(pl.fn.Body.Rbrace, with+" ")
	}
}

// fields adds fields to a struct.
func (e *editor) fields(file, name, fields string) {
	if e.err != nil {
		return
	}
	src, err := e.p.Source(file, "type "+name+" struct {")
	switch {
	case err != nil:
		e.err = err
	case src == nil:
		e.err = fmt.Errorf("there is no struct %s", name)
	default:
		e.err = src.AddFields(name, fields)
	}
}

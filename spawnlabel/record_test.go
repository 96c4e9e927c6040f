package spawnlabel

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// matrixVar has the tests build for every Go and in every mode, which takes
// long where the build cache is cold. CI sets it.
const matrixVar = "SPAWNLABEL_MATRIX"

// root is how the chains of the target's scenarios end.
const root = " / main.start < main.main"

// chains are the right answers: the functions of each label, innermost first
// and joined by " < ", labels joined by " / ", "*" behind one that stands for
// more generations, "..." behind one without its outermost frames, and why
// the chain ends if it does not reach main. Functions of the runtime are left
// out, see [readable].
var chains = map[string]string{
	"init":             "main.init.0",
	"plain":            "main.plain" + root,
	"exited":           "main.exited4 / main.exited3 / main.exited2 / main.exited1" + root,
	"afterfunc":        "main.afterFunc1 / time.AfterFunc < main.afterFunc" + root,
	"afterfuncdirect":  "time.AfterFunc < main.afterFuncDirect" + root,
	"afterfuncreset":   "time.AfterFunc < main.afterFuncReset" + root,
	"contexttimeout":   "context.(*afterFuncCtx).cancel.func1 < sync.(*Once).doSlow < sync.(*Once).Do < context.(*afterFuncCtx).cancel < context.(*cancelCtx).cancel < context.(*timerCtx).cancel < context.WithDeadlineCause.func2 / time.AfterFunc < context.WithDeadlineCause < context.WithDeadline < context.WithTimeout < main.contextTimeout" + root,
	"contextafterfunc": "context.(*afterFuncCtx).cancel.func1 < sync.(*Once).doSlow < sync.(*Once).Do < context.(*afterFuncCtx).cancel < context.(*cancelCtx).cancel < context.WithCancel.func1 < main.contextAfterFunc" + root,
	"iterpull":         "main.iterPull.func1 < iter.Pull[...].func1 / iter.Pull[...] < main.iterPull" + root,
	"group":            "main.(*group).Go < main.runGroup" + root,
	"http":             "net/http.(*Server).Serve < net/http/httptest.(*Server).goServe.func1 / net/http/httptest.(*Server).goServe < net/http/httptest.(*Server).Start < net/http/httptest.NewServer < main.serve" + root,
	"finalizer":        "main.setFinalizer.func1 / unknown",
	"finalizerdirect":  "unknown",
	"cleanup":          "main.addCleanup.func1 / unknown",
	"deferred":         "main.deferred1 < main.deferred" + root,
	"nilpointer":       "main.nilPointer1 < main.nilPointer2 < main.nilPointer" + root,
	"generic":          "main.generic[...] < main.callGeneric" + root,
	"method":           "main.(*counter).start < main.callMethod" + root,
	"interface":        "main.counter2.start < main.callInterface" + root,
	"inlined":          "main.inlined2 < main.inlined1 < main.inlined" + root,
	"respawn":          "main.respawn / main.respawn* / main.respawn < main.callRespawn" + root,
	"pingpong":         "main.ping / main.pong* / main.ping < main.callPing" + root,
	"generations":      generations(),
	"deep":             "main.callDeep.func1" + strings.Repeat(" < main.nest", 95) + "..." + root,
	"crowd":            "main.crowd" + root,
	"waitgroup":        "sync.(*WaitGroup).Go < main.waitGroup" + root,
	"cgo":              "main.fromC < main._Cfunc_callGo < main.callC" + root,
	"cthread":          "main.fromC",
	"cthreaddirect":    "",
	"memorylow":        "main.memoryLow / memory",
	"memoryout":        "memory",
}

// generations is the chain of a goroutine of generation 0 of 90, where each
// stack is one frame deeper than the next one's. Of the 92 labels the nearest
// 33 were kept when the 65th was made, and the last 27 came on top.
func generations() string {
	labels := []string{"main.generation"}
	for n := range 33 + 27 - 1 {
		labels = append(labels, "main.generation.func1 < main.nest"+strings.Repeat(" < main.nest", n+1)+" < main.generation")
	}
	return strings.Join(labels, " / ") + " / depth"
}

// readable writes a chain down as [chains] does.
func readable(c Chain, names [][]string) string {
	var labels []string
	for i, l := range c.Labels {
		label := strings.Join(names[i], " < ")
		if l.Respawn {
			label += "*"
		}
		if l.PCsCut {
			label += "..."
		}
		labels = append(labels, label)
	}
	if c.Cut != NotCut {
		labels = append(labels, c.Cut.String())
	}
	return strings.Join(labels, " / ")
}

// A mode is a way to build the target, and the scenarios that it has not.
type mode struct {
	name   string
	matrix bool // only with matrixVar
	build  build
}

var modes = []mode{
	{"debug", false, build{flags: []string{"-tags=http", "-gcflags=all=-N -l"}}},
	{"optimised", false, build{flags: []string{"-trimpath", "-buildmode=pie"}}},
	{"nocgo", false, build{env: []string{"CGO_ENABLED=0"}}},
	{"race", false, build{flags: []string{"-race"}, env: []string{"CGO_ENABLED=1"}}},
	{"go test", false, build{args: []string{"test", "-c"}}},
	{"go1.25", false, build{env: []string{"GOTOOLCHAIN=go1.25.1"}}},
	{"go1.24", true, build{env: []string{"GOTOOLCHAIN=go1.24.0"}}},
	{"go1.23", true, build{env: []string{"GOTOOLCHAIN=go1.23.0"}}},
	{"go1.25 debug", true, build{env: []string{"GOTOOLCHAIN=go1.25.1"}, flags: []string{"-tags=http", "-gcflags=all=-N -l"}}},
	{"go1.24 debug race", true, build{env: []string{"GOTOOLCHAIN=go1.24.0"}, flags: []string{"-race", "-gcflags=all=-N -l"}}},
	{"go1.23 debug", true, build{env: []string{"GOTOOLCHAIN=go1.23.0"}, flags: []string{"-tags=http", "-gcflags=all=-N -l"}}},
	{"race debug", true, build{flags: []string{"-race", "-gcflags=all=-N -l"}}},
	{"static debug", true, build{flags: []string{"-gcflags=-N -l", "-tags=http"}, env: []string{"CGO_ENABLED=0"}}},
	{"asan", true, build{flags: []string{"-asan"}, env: []string{"CGO_ENABLED=1"}}},
	{"lock ranking", true, build{env: []string{"GOEXPERIMENT=staticlockranking"}}},
	{"386", true, build{env: []string{"GOARCH=386", "CGO_ENABLED=0"}}},
	{"cover", true, build{flags: []string{"-cover"}}},
}

func TestChains(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			if m.matrix && os.Getenv(matrixVar) == "" {
				t.Skipf("only with %s=1", matrixVar)
			}
			checkChains(t, m)
		})
	}
}

func checkChains(t *testing.T, m mode) {
	path, out := m.build.program(t)
	if out != "" {
		t.Errorf("the build prints\n%s", out)
	}
	tg := startTarget(t, path, "GODEBUG=tracebackancestors=1000", "GOCOVERDIR="+t.TempDir())
	debug := slices.ContainsFunc(m.build.flags, func(f string) bool { return strings.HasPrefix(f, "-gcflags=all") })
	for name, s := range tg.stops {
		want, ok := chains[name]
		if !ok {
			t.Errorf("%s: no expectation", name)
			continue
		}
		spawn, c, names := tg.chain(name)
		if have := readable(c, names); have != want {
			t.Errorf("%s:\nhave %s\nwant %s", name, have, want)
		}
		if spawn.Goid == 0 {
			t.Errorf("%s: no goroutine id", name)
		}
		compareOrigins(t, name, spawn, c, names, origins(t, s.Stack), debug)
	}
	// Some 30,000 goroutines have been started, 12,000 of them by their like.
	if tg.memory > 256<<10 {
		t.Errorf("%d bytes of labels", tg.memory)
	}
	for name := range chains {
		if _, ok := tg.stops[name]; !ok && !missing(name, m.build) {
			t.Errorf("%s: has not run", name)
		}
	}
}

// missing tells whether a build has not got a scenario.
func missing(name string, b build) bool {
	hasEnv := func(s string) bool {
		return slices.ContainsFunc(b.env, func(e string) bool { return strings.HasPrefix(e, s) })
	}
	switch name {
	case "http":
		return !slices.ContainsFunc(b.flags, func(f string) bool { return strings.HasPrefix(f, "-tags=http") })
	case "cgo", "cthread", "cthreaddirect":
		return hasEnv("CGO_ENABLED=0")
	case "waitgroup":
		return hasEnv("GOTOOLCHAIN=go1.24") || hasEnv("GOTOOLCHAIN=go1.23")
	case "cleanup":
		return hasEnv("GOTOOLCHAIN=go1.23")
	}
	return false
}

// compareOrigins compares a chain with what the runtime's own recording says.
// That one ends at timers, knows neither cuts nor collapsed generations, keeps
// 50 frames, and prints right names only where nothing is inlined.
func compareOrigins(t *testing.T, name string, spawn Spawn, c Chain, names [][]string, want []origin, debug bool) {
	t.Helper()
	if c.Cut != NotCut || slices.ContainsFunc(c.Labels, func(l Label) bool { return l.Respawn }) || name == "nilpointer" && !debug {
		return
	}
	timer := slices.ContainsFunc(names, func(n []string) bool { return n[0] == "time.AfterFunc" })
	if len(want) != len(names) && !timer {
		t.Errorf("%s: chain of %d labels, the runtime has %d ancestors", name, len(names), len(want))
		return
	}
	for i, o := range want {
		if i < len(spawn.Spawners) && spawn.Spawners[i] != o.goid {
			t.Errorf("%s: spawner %d is goroutine %d, the runtime says %d", name, i, spawn.Spawners[i], o.goid)
		}
		if have := names[i]; debug && !slices.Equal(have[:min(len(have), len(o.names))], o.names) {
			t.Errorf("%s: stack of spawner %d:\nhave %v\nwant %v", name, i, have, o.names)
		}
	}
}

func TestReadLimit(t *testing.T) {
	path, _ := build{}.program(t)
	tg := startTarget(t, path)
	spawn, whole, _ := tg.chain("exited")
	for limit := 1; limit <= len(whole.Labels)+1; limit++ {
		c, err := tg.format.Read(tg, spawn.Label, limit)
		if err != nil {
			t.Fatal(err)
		}
		n := min(limit, len(whole.Labels))
		cut := CutLimit
		if n == len(whole.Labels) {
			cut = NotCut
		}
		if len(c.Labels) != n || c.Cut != cut {
			t.Errorf("limit %d: %d labels, cut %v; want %d, %v", limit, len(c.Labels), c.Cut, n, cut)
		}
	}
	if runtime.GOARCH == "amd64" && tg.format.PtrSize != 8 {
		t.Errorf("%+v", tg.format)
	}
}

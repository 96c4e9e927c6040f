package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// testsVar names the modules whose tests TestRealTests runs, "all" for all.
// Without it the test is skipped: they take minutes.
const testsVar = "DLVX_TESTS"

// realTests are modules of somebody else's, whose root packages have tests that
// are at home with goroutines.
var realTests = []struct{ path, version string }{
	{"github.com/maypok86/otter/v2", "v2.2.1"},
	{"github.com/robfig/cron/v3", "v3.0.1"},
	{"github.com/hashicorp/memberlist", "v0.5.3"},
	{"github.com/go-co-op/gocron/v2", "v2.16.5"},
	{"github.com/dgraph-io/ristretto/v2", "v2.2.0"},
}

// TestRealTests runs tests that people have under `dlvx gotest`, and holds what
// is reported against the runtime's own tracebacks of the same process: at the
// end of each test, at the end of all, and a second later. Every goroutine that
// is reported has to be there; and every one that is still there at the end has
// to be reported, under the test that started it, but for those that the standard
// library started for itself.
func TestRealTests(t *testing.T) {
	wanted := strings.Fields(os.Getenv(testsVar))
	if len(wanted) == 0 {
		t.Skipf("only with %s: see .ci/debugmode", testsVar)
	}
	exe, err := dlvx()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range realTests {
		if slices.Contains(wanted, "all") || slices.Contains(wanted, m.path) {
			t.Run(m.path, func(t *testing.T) {
				dir := copyModule(t, m.path+"@"+m.version)
				addOracle(t, dir)
				// With leaks, too: they are told from other goroutines that are left.
				for _, leaks := range []bool{false, true} {
					events := goTest(t, exe, dir, fmt.Sprintf("--leaks=%t", leaks))
					answer := readOracle(t, filepath.Join(dir, "oracle"))
					os.Remove(filepath.Join(dir, "oracle"))
					if !t.Failed() {
						answer.check(t, events)
					}
				}
			})
		}
	}
}

// copyModule returns a copy of a module that may be changed.
func copyModule(t *testing.T, module string) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir() // no other module has a say
	out, err := cmd.Output()
	var from struct{ Dir, Error string }
	if err := errors.Join(err, json.Unmarshal(out, &from)); err != nil {
		t.Fatalf("go mod download %s: %v: %s", module, err, from.Error)
	}
	dir := filepath.Join(t.TempDir(), "module")
	if err := os.CopyFS(dir, os.DirFS(from.Dir)); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			err = os.Chmod(path, 0o700) // those of the module cache cannot be written to
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// addOracle makes the tests of the package in a folder say what they leave
// behind. No line moves.
func addOracle(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	name := ""
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file.Name.Name, "_test") {
			continue // another package, which does not see the oracle
		}
		name = file.Name.Name
		var edited []byte
		at := 0
		ast.Inspect(file, func(n ast.Node) bool {
			var f *ast.FuncType
			var body *ast.BlockStmt
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && strings.HasPrefix(n.Name.Name, "Test") {
					f, body = n.Type, n.Body
				}
			case *ast.FuncLit: // of a subtest
				f, body = n.Type, n.Body
			}
			if f == nil || len(f.Params.List) != 1 || len(f.Params.List[0].Names) != 1 || f.Results != nil {
				return true
			}
			p := f.Params.List[0]
			kind := string(text[fset.Position(p.Type.Pos()).Offset:fset.Position(p.Type.End()).Offset])
			if kind != "*testing.T" || p.Names[0].Name == "_" {
				return true
			}
			from := fset.Position(body.Lbrace).Offset + 1
			edited = append(append(edited, text[at:from]...), " dlvxTest("+p.Names[0].Name+");"...)
			at = from
			return true
		})
		overwrite(t, path, append(edited, text[at:]...))
	}
	oracle, err := os.ReadFile("testdata/oracle_test.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, filepath.Join(dir, "dlvx_oracle_test.go"), bytes.ReplaceAll(oracle, []byte("{{PACKAGE}}"), []byte(name)))
}

func overwrite(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, text, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// A reported is an event of the report.
type reported struct {
	Kind, Function, Test string
	Goroutine, Count     int
	Segments             []struct {
		Frames []struct {
			Func, File string
			Line       int
		}
	}
}

// goTest runs the tests of the package in a folder, and returns what is reported
// of their goroutines. That tests fail is none of our business.
func goTest(t *testing.T, dlvx, dir string, flags ...string) []reported {
	t.Helper()
	report := filepath.Join(dir, "report.json")
	args := append([]string{"gotest", "--report", report, "-o", "json", "--slow=0", "--blocked=0", "--contexts=false"}, flags...)
	cmd := exec.Command(dlvx, append(args, "-count=1", "-timeout=15m", ".")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "DLVX_ORACLE="+filepath.Join(dir, "oracle"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Logf("%v:\n%s", err, out[max(0, len(out)-1000):])
	}
	f, err := os.Open(report)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var events []reported
	for lines := json.NewDecoder(f); ; {
		var e reported
		if err := lines.Decode(&e); err == io.EOF {
			return events
		} else if err != nil {
			t.Fatal(err)
		}
		if e.Kind != "summary" {
			events = append(events, e)
		}
	}
}

// An oracle is what the runtime's tracebacks say.
type oracle struct {
	tests      map[string]traceback // at the end of each test
	end, later traceback            // when all tests have run; a second later
}

// A traceback is the goroutines of one, by id.
type traceback struct {
	all    map[int]traced
	caller int // who asked
}

type traced struct {
	first   string // its first function, without type arguments
	creator string // the function that made it
	site    string // the go statement, file.go:line; "": a timer's, which is not in tracebacks
	parent  int
}

func readOracle(t *testing.T, path string) *oracle {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o := &oracle{tests: map[string]traceback{}}
	for lines := json.NewDecoder(f); ; {
		var said struct{ When, Test, Stacks string }
		if err := lines.Decode(&said); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		tb := parseTraceback(t, said.Stacks)
		switch said.When {
		case "test":
			o.tests[said.Test] = tb
		case "end":
			o.end = tb
		case "later":
			o.later = tb
		}
	}
	if len(o.tests) == 0 || len(o.later.all) == 0 {
		t.Fatal("the tests have not come to their end")
	}
	return o
}

var (
	tracedHeader  = regexp.MustCompile(`^goroutine (\d+) .*\[`)
	tracedCreator = regexp.MustCompile(`^created by (.+) in goroutine (\d+)$`)
	tracedPlace   = regexp.MustCompile(`^\t(?:.*/)?([^/]+:\d+)(?: |$)`)
)

func parseTraceback(t *testing.T, text string) traceback {
	tb := traceback{all: map[int]traced{}}
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		lines := strings.Split(block, "\n")
		header := tracedHeader.FindStringSubmatch(lines[0])
		if header == nil {
			t.Fatalf("no traceback of a goroutine:\n%s", block)
		}
		id, _ := strconv.Atoi(header[1])
		if tb.caller == 0 {
			tb.caller = id
		}
		var g traced
		for i, line := range lines[1:] {
			if m := tracedCreator.FindStringSubmatch(line); m != nil {
				g.creator = plain(m[1])
				g.parent, _ = strconv.Atoi(m[2])
				if place := tracedPlace.FindStringSubmatch(lines[i+2]); place != nil && g.creator != "time.goFunc" {
					g.site = place[1]
				}
			} else if at := strings.LastIndex(line, "("); at > 0 && line[0] != '\t' && !strings.HasPrefix(line, "runtime.goexit(") {
				g.first = plain(line[:at])
			}
		}
		tb.all[id] = g
	}
	return tb
}

// plain returns the name of a function without type arguments, which
// tracebacks do not have.
func plain(name string) string {
	var b strings.Builder
	depth := 0
	for _, r := range name {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isStd tells whether a function is of the standard library.
func isStd(function string) bool {
	first, _, deep := strings.Cut(function, "/")
	return !deep || !strings.Contains(first, ".")
}

// A mention is which goroutines were reported: of each group one by its id, and
// how many more with the same first function.
type mention struct {
	ids  map[int]bool
	more map[string]int
}

func newMention() mention { return mention{map[int]bool{}, map[string]int{}} }

func (m mention) add(e reported) {
	m.ids[e.Goroutine] = true
	m.more[plain(e.Function)] += e.Count - 1
}

// take tells whether a goroutine was reported, and takes it out.
func (m mention) take(id int, g traced) bool {
	if m.ids[id] {
		return true
	}
	m.more[g.first]--
	return m.more[g.first] >= 0
}

// check holds what was reported against the tracebacks.
func (o *oracle) check(t *testing.T, events []reported) {
	all, left, counts := newMention(), map[string]mention{}, map[string]int{}
	for _, e := range events {
		counts[e.Kind] += e.Count
		all.add(e)
		there := []traceback{o.end, o.later}
		if e.Kind == "left" {
			if left[e.Test].ids == nil {
				left[e.Test] = newMention()
			}
			left[e.Test].add(e)
			at, ok := o.tests[e.Test]
			if !ok {
				t.Logf("nothing to hold it against: %v", e) // a test of the external package, say
				continue
			}
			there = []traceback{at}
		}
		if !slices.ContainsFunc(there, e.isIn) {
			t.Errorf("reported, but not there: %v", e)
		}
	}

	stayed, out := 0, map[string]int{}
	for id, g := range o.end.all {
		_, still := o.later.all[id]
		switch {
		case !still || id == o.end.caller:
		case isStd(g.first) && isStd(g.creator):
			out[g.first]++
		default:
			stayed++
			if !all.take(id, g) {
				t.Errorf("there at the end, but not reported: goroutine %d %s, made at %s", id, g.first, g.site)
			}
		}
	}
	direct := 0
	for name, tb := range o.tests {
		for id, g := range tb.all {
			_, still := o.later.all[id]
			if !still || g.parent != tb.caller || isStd(g.first) && isStd(g.creator) {
				continue
			}
			direct++
			if left[name].ids == nil || !left[name].take(id, g) {
				t.Errorf("test %s has started goroutine %d %s, which outlives it, and that is not said", name, id, g.first)
			}
		}
	}
	fmt.Printf("%s: %d tests; reported %v; at the end there were %d, %d of them started by a test itself, and of the standard library %v\n",
		t.Name(), len(o.tests), counts, stayed, direct, out)
}

// isIn tells whether a traceback has the goroutine, and as many like it as are
// said to be.
func (e reported) isIn(tb traceback) bool {
	frame := e.Segments[1].Frames[0]
	site := fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
	like := func(g traced) bool {
		// One that has not run yet stands in what the compiler has made of its go statement.
		return (g.first == plain(e.Function) || strings.Contains(g.first, ".gowrap")) && (g.site == site || g.site == "")
	}
	same := 0
	for _, g := range tb.all {
		if like(g) {
			same++
		}
	}
	g, ok := tb.all[e.Goroutine]
	return ok && like(g) && same >= e.Count
}

func (e reported) String() string {
	return fmt.Sprintf("%s: goroutine %d %s, count %d, test %q", e.Kind, e.Goroutine, e.Function, e.Count, e.Test)
}

package goedit

import (
	"go/ast"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const counter = `package p

import (
	"internal/runtime/atomic"
	other "x/sys"
)

type counter struct {
	n int
}

type alias = int

func (c *counter) add() {
	c.n++
	if c.n > 9 {
		c.n = 0
	}
}

func add() { // a comment
	x := 1
	x = 2
	if x > 1 {
		x = 2
	}
}

func body()
`

func source(t *testing.T, text string) *Source {
	t.Helper()
	s, err := parse("p.go", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// statement returns the only statement that is written so.
func statement(t *testing.T, s *Source, fn *ast.FuncDecl, want string) ast.Stmt {
	t.Helper()
	stmt, err := s.Statement(fn, want)
	if err != nil {
		t.Fatal(err)
	}
	return stmt
}

func TestEdits(t *testing.T) {
	s := source(t, counter)
	fn := s.Function("", "add")
	// Behind, before and in place of: in any order.
	first := statement(t, s, fn, "x := 1")
	s.Insert(first.End(), "; one()")
	s.Insert(first.End(), "; two()")
	s.Insert(fn.Body.Rbrace, "last() ")
	s.Replace(first, "x := 3")
	method := statement(t, s, s.Function("*counter", "add"), "c.n = 0")
	s.Insert(method.Pos(), "reset(); ")
	if err := s.AddFields("counter", "a, b int; c uint8"); err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"x := 1", "x := 3; one(); two()",
		"\t\tx = 2\n\t}\n}", "\t\tx = 2\n\t}\nlast() }",
		"c.n = 0", "reset(); c.n = 0",
		"\tn int\n}", "\tn int\na, b int; c uint8; }",
	).Replace(counter)
	if have := string(s.result()); have != want {
		t.Errorf("%s\nwant\n%s", have, want)
	}
	if have := string(s.result()); have != want {
		t.Errorf("the second time:\n%s", have)
	}
}

func TestFind(t *testing.T) {
	s := source(t, counter)
	for _, test := range []struct {
		recv, name string
		found      bool
	}{
		{"", "add", true},
		{"*counter", "add", true},
		{"counter", "add", false},
		{"", "sub", false},
		{"", "body", false}, // it has none
	} {
		if fn := s.Function(test.recv, test.name); (fn != nil) != test.found {
			t.Errorf("(%s) %s: %v", test.recv, test.name, fn)
		}
	}
	fn := s.Function("", "add")
	for want, count := range map[string]int{"x = 2": 2, "x := 1": 1, "x := 2": 0, "x := 1 // a comment": 0} {
		if found, err := s.Statements(fn, want, count); err != nil && count > 0 || len(found) != count {
			t.Errorf("%q: %d statements, %v", want, len(found), err)
		}
	}
	if path, err := s.ImportPath("/atomic"); path != "internal/runtime/atomic" || err != nil {
		t.Errorf("import %q, %v", path, err)
	}
}

// Whatever is not as expected is refused, by name.
func TestRefuses(t *testing.T) {
	s := source(t, counter)
	fn := s.Function("", "add")
	_, twice := s.Statement(fn, "x = 2")
	_, never := s.Statement(fn, "y = 2")
	_, renamed := s.ImportPath("/sys")
	for _, test := range []struct {
		err  error
		want string
	}{
		{twice, `p.go: func add: found 2 statements "x = 2", want 1`},
		{never, `p.go: func add: found 0 statements "y = 2", want 1`},
		{renamed, "p.go: no import ending in /sys"},
		{s.AddFields("alias", "x int"), "p.go: type alias is not a struct"},
		{s.AddFields("nothing", "x int"), "p.go: type nothing is not a struct"},
	} {
		if test.err == nil || test.err.Error() != test.want {
			t.Errorf("error %v, want %q", test.err, test.want)
		}
	}
	if len(s.edits) > 0 {
		t.Errorf("edits %v", s.edits)
	}
}

func TestPackage(t *testing.T) {
	p := NewPackage("x/p", []File{
		{"/tmp/1.go", []byte(counter)},
		{"/tmp/2.go", []byte("package p\n\nfunc sub() {}\n\nfunc twice() {}\n")},
		{"/tmp/3.go", []byte("package p\n\nfunc twice() {}\n")},
		{"/tmp/4.go", []byte("// A generator.\n\npackage main\n\nfunc add() {}\n")},
		{"/tmp/5.go", []byte("package p\n\nfunc broken( {}\n")},
	})
	s, err := p.Source("add.go", "func add(")
	if err != nil || s == nil || s.Path != "/tmp/1.go" {
		t.Fatalf("source %+v, %v", s, err)
	}
	if again, err := p.Source("add.go", "func (c *counter) add("); again != s || err != nil {
		t.Errorf("the same file: %p and %p, %v", s, again, err)
	}
	if none, err := p.Source("add.go", "func nothing("); none != nil || err != nil {
		t.Errorf("what is nowhere: %v, %v", none, err)
	}
	for _, test := range []struct{ name, decl, want string }{
		{"twice.go", "func twice(", `/tmp/2.go and /tmp/3.go both declare "func twice("`},
		{"add.go", "func sub(", `package x/p is laid out in another way than it is known to be: "func sub(" is not in /tmp/1.go`},
		{"broken.go", "func broken(", "/tmp/5.go:3:"},
	} {
		if _, err := p.Source(test.name, test.decl); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.decl, err, test.want)
		}
	}
	if err := p.Require("func add() {", "c.n++"); err != nil {
		t.Error(err)
	}
	if err := p.Require("func add() {", "func mul() {"); err == nil || err.Error() != `package x/p has no "func mul()"` {
		t.Errorf("error %v", err)
	}

	// What was only looked at has not changed.
	if _, err := p.Source("sub.go", "func sub("); err != nil {
		t.Error(err)
	}
	s.Insert(s.Function("", "add").Body.Rbrace, "sub() ")
	p.Add("added.go", "package p\n")
	results := p.Results()
	if len(results) != 2 {
		t.Fatalf("results %+v", results)
	}
	if r := results[0]; r.Name != "add.go" || r.Original != "/tmp/1.go" || strings.Count(string(r.Text), "\n") != strings.Count(counter, "\n") || !strings.Contains(string(r.Text), "\nsub() }") {
		t.Errorf("edited: %s of %s\n%s", r.Name, r.Original, r.Text)
	}
	if r := results[1]; r.Name != "added.go" || r.Original != "" || string(r.Text) != "package p\n" {
		t.Errorf("added: %+v", r)
	}
}

func TestReadFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(path, []byte("package a\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if files, err := ReadFiles([]string{path}); err != nil || len(files) != 1 || files[0].Path != path || string(files[0].Text) != "package a\n" {
		t.Errorf("%+v, %v", files, err)
	}
	if _, err := ReadFiles([]string{path, path + "x"}); err == nil {
		t.Error("no error for a file that is not there")
	}
}

// The id changes with any source file of the package.
func TestID(t *testing.T) {
	all, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	id := ID()
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") && !strings.Contains(id, string(text)) {
			t.Errorf("the id does not depend on %s", name)
		}
	}
}

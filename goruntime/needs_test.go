package goruntime

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeepers reads the sources of the standard library: each keeper of a lock takes
// it in the statement before the deferred call that releases it, and does nothing
// else with a lock.
func TestKeepers(t *testing.T) {
	toolchains := []string{""}
	if os.Getenv("SPAWNLABEL_MATRIX") != "" {
		toolchains = []string{"go1.21.0", "go1.22.0", "go1.23.0", "go1.24.0", "go1.25.1", "go1.26.0", "go1.27.4"}
	}
	for _, toolchain := range toolchains {
		cmd := exec.Command("go", "env", "GOROOT")
		cmd.Dir = t.TempDir() // the go line of this module would ask for a newer release
		cmd.Env = append(os.Environ(), "GOFLAGS=")
		if toolchain != "" {
			cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+toolchain)
		}
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for name := range keepers {
			pkg, method, _ := strings.Cut(name, ".(*")
			if pkg == "sync" && strings.HasPrefix(method, "WaitGroup") {
				continue // which is no lock
			}
			typ, method, _ := strings.Cut(method, ").")
			dir := filepath.Join(strings.TrimSpace(string(out)), "src", pkg)
			got := lockCalls(t, dir, typ, method)
			if len(got) != 2 || got[1] != "defer "+strings.TrimSuffix(got[0], "Lock()")+"Unlock()" {
				t.Errorf("%s: %s has the calls %q", toolchain, name, got)
			}
		}
	}
}

// lockCalls returns the statements of a method that lock or unlock, where the second
// one follows on the first; else nil.
func lockCalls(t *testing.T, dir, typ, method string) (calls []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	follow := false
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != method || f.Recv == nil || receiver(f) != typ {
				continue
			}
			text := func(n ast.Node) string {
				var b strings.Builder
				if err := format.Node(&b, set, n); err != nil {
					t.Fatal(err)
				}
				return b.String()
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				var list []ast.Stmt
				switch n := n.(type) {
				case *ast.BlockStmt:
					list = n.List
				case *ast.CommClause:
					list = n.Body
				case *ast.CaseClause:
					list = n.Body
				}
				for i, s := range list {
					if strings.HasSuffix(text(s), "Lock()") && i+1 < len(list) && strings.HasPrefix(text(list[i+1]), "defer ") {
						follow = true
					}
				}
				switch n := n.(type) {
				case *ast.ExprStmt:
					if s := text(n); strings.HasSuffix(s, "ock()") {
						calls = append(calls, s)
					}
				case *ast.DeferStmt:
					if s := text(n); strings.HasSuffix(s, "ock()") {
						calls = append(calls, s)
					}
				}
				return true
			})
		}
	}
	if !follow {
		return nil
	}
	return calls
}

// receiver returns the name of the type that a method is of.
func receiver(f *ast.FuncDecl) string {
	star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return ""
	}
	name, _ := star.X.(*ast.Ident)
	if name == nil {
		return ""
	}
	return name.Name
}

package goedit

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"sort"
	"strings"
)

// A Source is one Go file that is being edited: insertions and replacements
// that never contain a newline, so that no line number moves.
type Source struct {
	Path  string
	text  []byte
	fset  *token.FileSet
	file  *ast.File
	edits []splice
}

// A splice replaces text[from:to] by with.
type splice struct {
	from, to int
	with     string
}

func parse(path string, text []byte) (*Source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &Source{Path: path, text: text, fset: fset, file: file}, nil
}

func (s *Source) offset(p token.Pos) int { return s.fset.Position(p).Offset }

// Text returns how a node is written.
func (s *Source) Text(n ast.Node) string {
	return string(s.text[s.offset(n.Pos()):s.offset(n.End())])
}

// Insert puts text at a position. What is inserted at one position stands in
// the order of the calls.
func (s *Source) Insert(p token.Pos, with string) {
	s.edits = append(s.edits, splice{s.offset(p), s.offset(p), with})
}

// Replace puts text in the place of a node.
func (s *Source) Replace(n ast.Node, with string) {
	s.edits = append(s.edits, splice{s.offset(n.Pos()), s.offset(n.End()), with})
}

// Function returns the function or method with that name, nil if there is
// none. recv is the receiver's type as written ("*timer"), empty for functions.
func (s *Source) Function(recv, name string) *ast.FuncDecl {
	for _, d := range s.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name != name || fn.Body == nil {
			continue
		}
		have := ""
		if fn.Recv != nil && len(fn.Recv.List) == 1 {
			have = s.Text(fn.Recv.List[0].Type)
		}
		if have == recv {
			return fn
		}
	}
	return nil
}

// structure returns the struct type with that name, nil if there is none.
func (s *Source) structure(name string) *ast.StructType {
	for _, d := range s.file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range decl.Specs {
			if ts, ok := spec.(*ast.TypeSpec); ok && ts.Name.Name == name {
				st, _ := ts.Type.(*ast.StructType)
				return st
			}
		}
	}
	return nil
}

// Statements returns the statements of fn, nested ones included, that are
// written so; the error says that there are not count of them.
func (s *Source) Statements(fn *ast.FuncDecl, want string, count int) ([]ast.Stmt, error) {
	var found []ast.Stmt
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if stmt, ok := n.(ast.Stmt); ok && s.Text(stmt) == want {
			found = append(found, stmt)
		}
		return true
	})
	if len(found) != count {
		return nil, fmt.Errorf("%s: func %s: found %d statements %q, want %d", s.Path, fn.Name.Name, len(found), want, count)
	}
	return found, nil
}

// Statement returns the only statement of fn that is written so.
func (s *Source) Statement(fn *ast.FuncDecl, want string) (ast.Stmt, error) {
	found, err := s.Statements(fn, want, 1)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// AddFields adds fields at the end of a struct type: fields before them keep
// their offsets, which assembly may depend on.
func (s *Source) AddFields(name, fields string) error {
	st := s.structure(name)
	if st == nil {
		return fmt.Errorf("%s: type %s is not a struct", s.Path, name)
	}
	s.Insert(st.Fields.Closing, fields+"; ")
	return nil
}

// ImportPath returns the path of the only import that ends in suffix.
func (s *Source) ImportPath(suffix string) (string, error) {
	for _, im := range s.file.Imports {
		if p := strings.Trim(im.Path.Value, `"`); strings.HasSuffix(p, suffix) && im.Name == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("%s: no import ending in %s", s.Path, suffix)
}

// result returns the edited text.
func (s *Source) result() []byte {
	sort.SliceStable(s.edits, func(i, j int) bool { return s.edits[i].from < s.edits[j].from })
	var out []byte
	at := 0
	for _, e := range s.edits {
		out = append(out, s.text[at:e.from]...)
		out = append(out, e.with...)
		at = e.to
	}
	return append(out, s.text[at:]...)
}

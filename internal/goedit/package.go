// Package goedit edits the Go files of a package by syntax tree: it finds
// functions, statements and structs that are written exactly as expected, puts
// text before, behind or into them, and refuses where they are not.
//
// It is not a general tool for rewriting programs: no edit moves a line, nothing
// is type checked, and nothing is compiled. It writes no files and runs no
// goroutines.
package goedit

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"strings"
)

//go:embed package.go source.go
var own embed.FS

// ID returns what changes with how this package edits: for those who keep what
// it has made.
func ID() string {
	var id string
	for _, name := range []string{"package.go", "source.go"} {
		text, err := own.ReadFile(name)
		if err != nil {
			panic(err) // it is embedded
		}
		id += string(text)
	}
	return id
}

// A File is a Go file as it is on disk.
type File struct {
	Path string
	Text []byte
}

// ReadFiles reads files.
func ReadFiles(paths []string) ([]File, error) {
	files := make([]File, len(paths))
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files[i] = File{path, text}
	}
	return files, nil
}

// A Result is a file of a package as edited, or an added one.
type Result struct {
	Name     string // its usual base name; unique
	Original string // path of what was edited; empty: added
	Text     []byte
}

// A Package is all Go files of one package, under whatever names, of which
// some are being edited.
type Package struct {
	name    string // import path
	files   []File
	sources []named
	added   []Result
}

type named struct {
	name string
	*Source
}

// NewPackage begins to edit a package. Its name, the import path, is for errors.
// Files of package main (programs that generate others, which are kept beside
// them and not compiled with them) are left out.
func NewPackage(name string, files []File) *Package {
	p := &Package{name: name}
	for _, f := range files {
		if !bytes.Contains(f.Text, []byte("\npackage main\n")) {
			p.files = append(p.files, f)
		}
	}
	return p
}

// Source returns the file in which a line begins with decl ("func newproc1("),
// to be edited; nil where there is none, and an error where there are several
// or it is not Go. name is what the file is usually called, different for
// different files.
func (p *Package) Source(name, decl string) (*Source, error) {
	at := -1
	for i, f := range p.files {
		if !bytes.Contains(f.Text, []byte("\n"+decl)) {
			continue
		}
		if at >= 0 {
			return nil, fmt.Errorf("%s and %s both declare %q", p.files[at].Path, f.Path, decl)
		}
		at = i
	}
	if at < 0 {
		return nil, nil
	}
	f := p.files[at]
	for _, s := range p.sources {
		if s.Path == f.Path {
			return s.Source, nil
		}
		if s.name == name {
			return nil, fmt.Errorf("package %s is laid out in another way than it is known to be: %q is not in %s", p.name, decl, s.Path)
		}
	}
	s, err := parse(f.Path, f.Text)
	if err != nil {
		return nil, err
	}
	p.sources = append(p.sources, named{name, s})
	return s, nil
}

// Require returns an error unless all of the texts are in the package.
func (p *Package) Require(texts ...string) error {
	for _, text := range texts {
		if !p.Has(text) {
			return fmt.Errorf("package %s has no %q", p.name, strings.TrimSuffix(text, " {"))
		}
	}
	return nil
}

// Has tells whether a file of the package holds the text.
func (p *Package) Has(text string) bool {
	for _, f := range p.files {
		if bytes.Contains(f.Text, []byte(text)) {
			return true
		}
	}
	return false
}

// Add adds a file.
func (p *Package) Add(name, text string) {
	p.added = append(p.added, Result{Name: name, Text: []byte(text)})
}

// Results returns the files that have changed, and the added ones.
func (p *Package) Results() []Result {
	var out []Result
	for _, s := range p.sources {
		if len(s.edits) > 0 {
			out = append(out, Result{Name: s.name, Original: s.Path, Text: s.result()})
		}
	}
	return append(out, p.added...)
}

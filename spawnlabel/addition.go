package spawnlabel

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dlvx/dlvx/internal/goedit"
)

// An Addition is what recorded programs have in their runtime beside the
// recording. Where it does not fit a Go, programs record without it.
type Addition struct {
	Name string // for messages: "the debug mode"
	ID   string // changes with whatever Edit does
	// Edit edits a package, by its import path: runtime, which has the
	// recording in it already, or one of Packages. The error, in one line, says
	// why it does not fit, and depends on nothing but the files and goos.
	Edit     func(path string, p *goedit.Package, goos string) error
	Packages []string // of the standard library, beside runtime
}

// A misfit says why the addition, and only that, does not fit.
type misfit struct{ error }

// editRuntime edits package runtime.
func (e edition) editRuntime(files []goedit.File, goos string) ([]goedit.Result, error) {
	p := goedit.NewPackage("runtime", files)
	if err := e.edit(p); err != nil {
		return nil, err
	}
	if e.add.Edit != nil {
		if err := e.add.Edit("runtime", p, goos); err != nil {
			return nil, misfit{err}
		}
	}
	return p.Results(), nil
}

// editFiles edits the package of which these are the files.
func (e edition) editFiles(path string, files []goedit.File, goos string) ([]goedit.Result, error) {
	if path == "runtime" {
		return e.editRuntime(files, goos)
	}
	// What is added here relies on what is added there.
	if err := e.fitsBeside(path, files, goos); err != nil {
		return nil, misfit{err}
	}
	p := goedit.NewPackage(path, files)
	if err := e.add.Edit(path, p, goos); err != nil {
		return nil, misfit{err}
	}
	return p.Results(), nil
}

// fitsBeside tells whether the package runtime of the same GOROOT can have the addition.
func (e edition) fitsBeside(path string, files []goedit.File, goos string) error {
	for _, f := range files {
		dir := filepath.Dir(f.Path)
		root, ok := strings.CutSuffix(filepath.ToSlash(dir), "/src/"+path)
		if !ok {
			continue
		}
		paths, _, err := runtimeFiles(filepath.FromSlash(root))
		if err != nil {
			return err
		}
		texts, err := goedit.ReadFiles(paths)
		if err != nil {
			return err
		}
		_, err = e.editRuntime(texts, goos)
		return err
	}
	return fmt.Errorf("package %s is not in a GOROOT", path)
}

// packages are those that are edited.
func (e edition) edits(path string) bool {
	return path == "runtime" || slices.Contains(e.add.Packages, path)
}

// verdictOf returns why a package runtime cannot record, and why it cannot
// have the addition; "" where it can.
func (e edition) verdictOf(files []goedit.File, goos string) (reason, missing string) {
	_, err := e.editRuntime(files, goos)
	var only misfit
	switch {
	case err == nil:
		return "", ""
	case errors.As(err, &only):
		return "", only.Error()
	}
	return err.Error(), err.Error()
}

// runtimeFiles returns the Go files of a GOROOT's package runtime, and what
// changes with any of them.
func runtimeFiles(goroot string) (paths, state []string, err error) {
	dir := filepath.Join(goroot, "src", "runtime")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	state = []string{dir}
	for _, f := range entries {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return nil, nil, err
		}
		paths = append(paths, filepath.Join(dir, f.Name()))
		state = append(state, f.Name(), fmt.Sprint(info.Size()), fmt.Sprint(info.ModTime().UnixNano()))
	}
	return paths, state, nil
}

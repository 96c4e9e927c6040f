package spawnlabel

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/dlvx/dlvx/internal/goedit"
)

// The cache folder holds
//
//	toolexec/KEY/dlvx-toolexec   a link to the dlvx executable (on Windows a copy), KEY from its path
//	copy/KEY/dlvx-toolexec       a copy of one that go run has made, KEY from its contents
//	runtime/KEY/*.go             edited files of a package, KEY from their contents
//	verdict/KEY                  whether a Go can record, KEY from its runtime: a line with the reason why not,
//	                             and one why not with the addition; both empty where it can
//
// An entry appears under its name all at once, by a rename, and never changes;
// so any number of processes may add the same one. What has not been used for
// a month goes when the next entry is added, but for links: the flag with a
// link's path may stand in a Makefile or in GOFLAGS.
const cacheLife = 30 * 24 * time.Hour

// linkKind is the folder of links.
const linkKind = "toolexec"

// cacheDir returns the path of one of the folders above.
func cacheDir(kind string) (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the user's cache folder (set XDG_CACHE_HOME or HOME): %w", err)
	}
	return filepath.Join(base, "dlvx", kind), nil
}

// entry returns the path of a cache entry, which fill makes (as a file or a
// folder, at the path it is given) if it is not there.
func entry(kind, key string, fill func(path string) error) (string, error) {
	dir, err := cacheDir(kind)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, key)
	if info, err := os.Stat(path); err == nil {
		if now := time.Now(); now.Sub(info.ModTime()) > cacheLife/10 {
			os.Chtimes(path, now, now) // in use; if that fails it is made anew in time
		}
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	if kind != linkKind {
		prune(dir)
	}
	tmp, err := os.MkdirTemp(dir, "new-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	made := filepath.Join(tmp, key)
	if err := fill(made); err != nil {
		return "", err
	}
	if err := os.Rename(made, path); err != nil {
		if _, there := os.Stat(path); there != nil { // not just another process that was faster
			return "", err
		}
	}
	return path, nil
}

// prune removes entries that have not been used for long, and what was left
// by processes that were killed while they added one.
func prune(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > cacheLife {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

// store keeps edited files and returns the folder that holds them.
func store(files []goedit.Result) (string, error) {
	var parts []string
	for _, f := range files {
		parts = append(parts, f.Name, string(f.Text))
	}
	return entry("runtime", digest(parts...), func(path string) error {
		if err := os.Mkdir(path, 0o777); err != nil {
			return err
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(path, f.Name), f.Text, 0o666); err != nil {
				return err
			}
		}
		return nil
	})
}

// link returns a path of exe whose base is ToolexecName.
func link(exe string) (string, error) {
	exe, err := filepath.Abs(exe)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(exe)
	if err != nil {
		return "", err
	}
	kind, name, key := linkKind, ToolexecName, digest(exe)
	fill := func(path string) error { return os.Symlink(exe, path) }
	switch {
	case runtime.GOOS == "windows":
		name, key = name+".exe", digest(exe, info.ModTime().String(), fmt.Sprint(info.Size()))
		fill = func(path string) error { return copyTo(path, exe) }
	case isTemporary(exe):
		text, err := os.ReadFile(exe)
		if err != nil {
			return "", err
		}
		kind, key = "copy", digest(string(text))
		fill = func(path string) error { return os.WriteFile(path, text, 0o777) }
	}
	dir, err := entry(kind, key, func(path string) error {
		if err := os.Mkdir(path, 0o777); err != nil {
			return err
		}
		return fill(filepath.Join(path, name))
	})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%s is gone: remove %s and try again", path, dir)
	}
	return path, nil
}

func copyTo(path, exe string) error {
	text, err := os.ReadFile(exe)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o777)
}

// isTemporary tells whether an executable is one that go run has made, and will
// remove when it ends: go-build123/b001/exe/dlvx, in some folder for what is
// temporary. The flag with its path may be used later.
func isTemporary(exe string) bool {
	dir := filepath.Dir(exe)
	work := filepath.Dir(filepath.Dir(dir))
	return filepath.Base(dir) == "exe" && strings.HasPrefix(filepath.Base(work), "go-build")
}

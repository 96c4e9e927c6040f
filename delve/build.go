package delve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/go-delve/delve/pkg/config"
	"github.com/go-delve/delve/pkg/gobuild"
	"github.com/go-delve/delve/pkg/logflags"
)

// A Build says what to build for a debug session: what dlv debug and dlv test
// build, and as they do.
type Build struct {
	Packages []string // packages, or files of one package; none: the current folder's
	Test     bool     // the test binary
	Flags    string   // quoted as in dlv's --build-flags
	Output   string   // path of the binary; "": a temporary one

	Stdout, Stderr io.Writer // for what the go command says
}

// Run builds the binary without optimisations and returns its path.
// The caller removes the binary with [RemoveBinary]. Where ctx ends first the
// build is interrupted and leaves nothing behind.
func (b Build) Run(ctx context.Context) (binary string, err error) {
	if b.Output != "" {
		if binary, err = filepath.Abs(b.Output); err != nil {
			return "", fmt.Errorf("naming the output %s: %w", b.Output, err)
		}
	} else if binary, err = b.temporary(); err != nil {
		return "", fmt.Errorf("naming the output: %w", err)
	}

	args := b.args(binary)
	logflags.DebuggerLogger().Debugf("gobuild args: %v", args)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = b.Stdout, b.Stderr
	// The go command ends its compilers when it is interrupted, not when it is
	// killed.
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		if b.Output == "" {
			if rmErr := os.Remove(binary); rmErr != nil && !errors.Is(rmErr, os.ErrNotExist) {
				err = errors.Join(err, rmErr)
			}
		}
		return "", fmt.Errorf("building %s: %w", b.what(), err)
	}
	return binary, nil
}

// temporary returns the path of a new file for the binary: in the current folder,
// as dlv does, or in that for temporary files, where the current one cannot be
// written to, such as in the module cache.
func (b Build) temporary() (string, error) {
	// The names that people have in their .gitignore for dlv.
	name := "__debug_bin"
	if b.Test {
		name = "debug.test"
	}
	path := gobuild.DefaultDebugBinaryPath(name)
	if _, err := os.Stat(path); err != nil {
		pattern := name + "*"
		if runtime.GOOS == "windows" {
			pattern += ".exe"
		}
		f, err := os.CreateTemp("", pattern)
		if err != nil {
			return "", err
		}
		return f.Name(), f.Close()
	}
	// The go command would take it from the folder that it goes to.
	if dir, _ := ChdirFlag(SplitBuildFlags(b.Flags)); dir != "" {
		return filepath.Abs(path)
	}
	return path, nil
}

func (b Build) what() string {
	if len(b.Packages) == 0 {
		return "the package in the current folder"
	}
	return strings.Join(b.Packages, " ")
}

// args are the go command's arguments, in the order of Delve's pkg/gobuild:
// the user's flags come after ours, so that theirs win.
func (b Build) args(binary string) []string {
	dir, flags := ChdirFlag(SplitBuildFlags(b.Flags))
	command := "build"
	if b.Test {
		command = "test"
	}
	args := []string{command}
	if dir != "" {
		args = append(args, "-C="+dir) // must be the first
	}
	if b.Test {
		args = append(args, "-c")
	}
	args = append(args, "-o", binary, "-gcflags", "all=-N -l")
	args = append(args, flags...)
	return append(args, b.Packages...)
}

// ChdirFlag returns the folder that the go command goes to before all else, ""
// where build flags name none, and the other flags. The flag (-C) counts only
// in the first place: cmd/go's handleChdirFlag.
func ChdirFlag(flags []string) (dir string, rest []string) {
	if len(flags) == 0 {
		return "", nil
	}
	name, dir, joined := strings.Cut(flags[0], "=")
	switch {
	case name != "-C" && name != "--C":
		return "", flags
	case joined:
		return dir, flags[1:]
	case len(flags) > 1:
		return flags[1], flags[2:]
	}
	return "", flags
}

// RemoveBinary removes a binary that a [Build] made. It waits a few seconds
// for Windows to let go of it, and reports a failure on the standard error.
func RemoveBinary(path string) { gobuild.Remove(path) }

// SplitBuildFlags splits a --build-flags value into arguments.
func SplitBuildFlags(flags string) []string { return config.SplitQuotedFields(flags, '\'') }

// JoinBuildFlags appends arguments to a --build-flags value, quoted so that
// [SplitBuildFlags] gives them back.
func JoinBuildFlags(flags string, more []string) string {
	for _, arg := range more {
		if arg == "" || strings.ContainsAny(arg, " \t\n\r\v\f'") {
			// Inside quotes a backslash escapes whatever follows it.
			arg = "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(arg) + "'"
		}
		if flags != "" {
			flags += " "
		}
		flags += arg
	}
	return flags
}

// PackageDir returns the folder of a package that is built with some flags, where
// dlv runs its tests; "." where the go command does not know it.
func PackageDir(ctx context.Context, buildFlags string, packages []string) string {
	args := []string{"list"}
	if dir, _ := ChdirFlag(SplitBuildFlags(buildFlags)); dir != "" {
		args = append(args, "-C="+dir) // must be the first
	}
	args = append(args, "-f", "{{.Dir}}")
	out, err := exec.CommandContext(ctx, "go", append(args, packages...)...).Output()
	dir, _, _ := strings.Cut(string(out), "\n")
	if err != nil || dir == "" {
		return "."
	}
	return dir
}

// notBuiltHere tells why what was built is no program that runs here.
func notBuiltHere(binary string) error {
	const archive = "!<arch>\n" // what go build makes of a package that is no command
	start := make([]byte, len(archive))
	if f, err := os.Open(binary); err == nil {
		defer f.Close()
		if _, err := io.ReadFull(f, start); err == nil && string(start) != archive {
			return fmt.Errorf("what was built does not run on %s/%s: unset GOOS and GOARCH", runtime.GOOS, runtime.GOARCH)
		}
	}
	return errors.New("can not debug non-main package")
}

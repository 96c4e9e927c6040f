package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A lab is where things are measured: a temporary folder with the programs
// that are compared.
type lab struct {
	config
	source    string // folder of this package
	tmp       string
	env       []string // of all processes
	goVersion string
	flags     []string // with which go build makes a program that records
}

const module = "github.com/dlvx/dlvx"

func newLab(ctx context.Context, cfg config) (*lab, error) {
	tmp, err := os.MkdirTemp("", "dlvx-bench-")
	if err != nil {
		return nil, err
	}
	l := &lab{config: cfg, tmp: tmp, env: os.Environ()}
	if err := l.setUp(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *lab) close() { os.RemoveAll(l.tmp) }

func (l *lab) setUp(ctx context.Context) error {
	out, err := l.run(l.command(ctx, "go", "list", "-f", "{{.Dir}}", module+"/bench"))
	if err != nil {
		return err
	}
	l.source = strings.TrimSpace(out)
	out, err = l.run(l.command(ctx, "go", "env", "GOVERSION", "GOCACHE"))
	if err != nil {
		return err
	}
	version, cache, _ := strings.Cut(strings.TrimSpace(out), "\n")
	l.goVersion = version
	// dlvx's own cache is not to remember an executable that will be gone.
	l.env = append(l.env, "GOCACHE="+cache, "XDG_CACHE_HOME="+filepath.Join(l.tmp, "cache"))

	for tool, pkg := range map[string]string{l.dlvx(): module + "/cmd/dlvx", l.dlv(): "github.com/go-delve/delve/cmd/dlv"} {
		fmt.Fprintln(l.log, "building", pkg)
		if _, err := l.run(l.command(ctx, "go", "build", "-o", tool, pkg)); err != nil {
			return err
		}
	}
	out, err = l.run(l.command(ctx, l.dlvx(), "buildflags"))
	if err != nil {
		return err
	}
	l.flags = strings.Fields(out)
	return nil
}

func (l *lab) dlvx() string { return filepath.Join(l.tmp, "dlvx") }
func (l *lab) dlv() string  { return filepath.Join(l.tmp, "dlv") }

// wants says whether a case is to be measured, and if so that it is.
func (l *lab) wants(name string) bool {
	if l.match != nil && !l.match.MatchString(name) {
		return false
	}
	fmt.Fprintln(l.log, name)
	return true
}

// program builds a program of testdata, once for each name and set of flags.
func (l *lab) program(ctx context.Context, name string, flags ...string) (string, error) {
	file := filepath.Join(l.tmp, fmt.Sprintf("%s-%x", name, strings.Join(flags, " ")))
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	args := append([]string{"build", "-o", file}, flags...)
	_, err := l.run(l.command(ctx, "go", append(args, "./testdata/"+name)...))
	return file, err
}

// command is a process in the folder of this package, which ends with ctx.
func (l *lab) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = l.source, l.env
	// A debugger that is killed outright leaves the program it debugs.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// run runs a process to its end and returns what it said.
func (l *lab) run(cmd *exec.Cmd) (string, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("running %s: %w", strings.Join(cmd.Args, " "), errors.Join(err, asError(stderr.String())))
	}
	return string(out), nil
}

func asError(text string) error {
	if text = strings.TrimSpace(text); text != "" {
		return errors.New(text)
	}
	return nil
}

// alternate lets the variants take turns, once each in every round, and
// returns what they measured: by variant, then by round.
func alternate[T any](rounds int, variants ...func() (T, error)) ([][]T, error) {
	samples := make([][]T, len(variants))
	for range rounds {
		for i, measure := range variants {
			sample, err := measure()
			if err != nil {
				return nil, err
			}
			samples[i] = append(samples[i], sample)
		}
	}
	return samples, nil
}

// values picks one number of every sample.
func values[T any](samples [][]T, pick func(T) float64) [][]float64 {
	all := make([][]float64, len(samples))
	for i := range samples {
		for _, s := range samples[i] {
			all[i] = append(all[i], pick(s))
		}
	}
	return all
}

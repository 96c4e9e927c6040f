package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"

	"github.com/dlvx/dlvx/dapproxy"
	"github.com/dlvx/dlvx/debugmode"
)

// watch makes what a launch request starts run in debug mode, and adds to what
// is prepared for it what that needs. env is the environment of the build.
func (r *recorder) watch(ctx context.Context, l dapproxy.Launch, env []string, p *dapproxy.Prepared) error {
	if l.Mode == "exec" {
		// Of a binary that cannot be read, Delve says why.
		if labelled, err := launchRecords(l); err == nil && !labelled {
			return fmt.Errorf("%s was not built by dlvx build", l.Program)
		}
	} else {
		plan, err := labelPlan(ctx, l.Dir, env, l.BuildFlags)
		if err != nil {
			return err
		}
		if plan.Missing != "" {
			return errors.New(plan.Missing)
		}
	}
	if runtime.GOOS != "linux" && !l.NoDebug {
		return fmt.Errorf("a debugger on %s does not let the program inherit a file", runtime.GOOS)
	}
	settings := debugmode.Settings{
		Slow: l.Watch.Slow, Blocked: l.Watch.Blocked, Pending: l.Watch.Pending, Leaks: l.Watch.Leaks, Contexts: l.Watch.Contexts,
		Tests: l.Mode == "test", Signal: signalNumber("SIGUSR1"),
	}
	if !l.NoDebug {
		settings.Blocked = 0 // it is by the clock, which does not stand still with the program
	}
	// Without a style, paths are whole: editors make links of them.
	options := debugmode.Options{
		Format: "json", WithText: true, Background: l.Watch.Background, Goroot: gorootOf(ctx, l.Dir, env),
	}
	dir := "" // of tests
	if l.Mode == "test" {
		dir = filepath.Join(l.Dir, l.Program)
	}
	in, err := settings.Inlet(func(records io.Reader) {
		if err := report(records, dir, options, l.Warn); err != nil {
			l.Warn(dapproxy.Warning{Text: fmt.Sprintf("dlvx: %v; some warnings are missing\n", err)})
		}
	})
	if err != nil {
		return err
	}
	r.close() // of a launch that failed
	r.inlet = in
	name, value := in.Variable()
	if p.Env == nil {
		p.Env = map[string]string{}
	}
	p.Env[name] = value
	p.Settle = in.Settle
	return nil
}

// close ends the reports of what was launched.
func (r *recorder) close() {
	if r.inlet != nil {
		r.inlet.Close()
	}
}

// report reports the records of one run of a program as warnings.
func report(records io.Reader, dir string, o debugmode.Options, warn warner) error {
	r, err := debugmode.NewReport(warn, o)
	if err != nil {
		return err
	}
	return errors.Join(r.Add(records, dir), r.Close())
}

// A warner makes warnings of a report's JSON, of which each Write is an object.
type warner func(dapproxy.Warning)

func (warn warner) Write(object []byte) (int, error) {
	var about struct {
		Text  string
		Where struct {
			File string
			Line int
		}
	}
	if err := json.Unmarshal(object, &about); err != nil {
		return 0, fmt.Errorf("reading a report's JSON: %w", err)
	}
	warn(dapproxy.Warning{Text: about.Text, File: about.Where.File, Line: about.Where.Line, Body: bytes.Clone(object)})
	return len(object), nil
}

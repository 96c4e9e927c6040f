package dapproxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// options is what the proxy takes from a launch, attach or restart request.
type options struct {
	stitch     bool   // attribute "stitch", default as in Config
	record     string // attribute "record": "auto" (default), "label", "ancestors", "off"
	ancestors  int    // attribute "ancestors", default 10: how many generations GODEBUG records where it has to
	chainDepth int    // attribute "chainDepth": how many links to show; 0 (default): all
	watch      *Watch // attribute "debugMode"; nil (default): not at all

	maxGoroutines   int   // attribute "maxGoroutines", default 1024: how many threads are listed
	groupGoroutines *bool // attribute "groupGoroutines": those that are alike are one thread; nil: where they are more

	listing
}

// options returns what holds before a request says otherwise.
func (c Config) options() options {
	return options{stitch: !c.NoStitch, ancestors: 10, maxGoroutines: maxDelve}
}

func (s *session) settings() options {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.options
}

func (s *session) set(o options) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options = o
}

var recordValues = []string{"auto", "label", "ancestors", "off"}

// readOptions reads the proxy's own attributes, and those of Delve's that say
// how stacks look, out of a launch configuration. An attribute that is absent
// or null has the value that o has.
func readOptions(o options, body []byte, config object) (options, error) {
	read := func(key string, to any, want string) error {
		at, ok := config.get(key)
		if !ok {
			return nil
		}
		if err := json.Unmarshal(at.of(body), to); err != nil {
			return fmt.Errorf("%q is %.40s: it must be %s", key, at.of(body), want)
		}
		return nil
	}
	wantRecord := `one of "` + strings.Join(recordValues, `", "`) + `"`
	if err := errors.Join(
		read("stitch", &o.stitch, "true or false"),
		read("record", &o.record, wantRecord),
		read("ancestors", &o.ancestors, "a whole number from 0, which records none"),
		read("chainDepth", &o.chainDepth, "a whole number from 0, which shows all"),
		read("maxGoroutines", &o.maxGoroutines, "a whole number from 1"),
		read("groupGoroutines", &o.groupGoroutines, "true or false"),
	); err != nil {
		return o, err
	}
	if o.ancestors < 0 {
		return o, fmt.Errorf("\"ancestors\" is %d: it must be a whole number from 0, which records none", o.ancestors)
	}
	if o.chainDepth < 0 {
		return o, fmt.Errorf("\"chainDepth\" is %d: it must be a whole number from 0, which shows all", o.chainDepth)
	}
	if o.maxGoroutines < 1 {
		return o, fmt.Errorf("\"maxGoroutines\" is %d: it must be a whole number from 1", o.maxGoroutines)
	}
	if at, ok := config.get("debugMode"); ok {
		w, err := readWatch(at.of(body))
		if err != nil {
			return o, err
		}
		o.watch = w
	}
	if o.watch != nil && (o.record == "ancestors" || o.record == "off") {
		return o, fmt.Errorf("\"debugMode\" needs the runtime of a program that records labels, and \"record\" is %q", o.record)
	}
	if o.record == "" {
		o.record = "auto"
		if !o.stitch && o.watch == nil {
			o.record = "off"
		}
	}
	if !slices.Contains(recordValues, o.record) {
		return o, fmt.Errorf("\"record\" is %q: it must be %s", o.record, wantRecord)
	}
	// What is wrong with Delve's own is for Delve to say.
	for key, to := range map[string]any{
		"goroutineFilters": &o.goroutineFilters, "hideSystemGoroutines": &o.hideSystem, "showPprofLabels": &o.pprofLabels,
	} {
		if at, ok := config.get(key); ok {
			_ = json.Unmarshal(at.of(body), to)
		}
	}
	if at, ok := config.get("substitutePath"); ok {
		if rules := decodePathRules(at.of(body)); len(rules) > 0 {
			o.paths = rules
		}
	}
	return o, nil
}

// configuration returns where a launch request's arguments stand, and their
// members. Arguments that are no object are left to Delve.
func configuration(m message) (span, object) {
	at, ok := m.fields.get("arguments")
	if !ok {
		return span{}, nil
	}
	config, err := scanObject(m.body, at)
	if err != nil {
		return span{}, nil
	}
	return at, config
}

func (s *session) attach(m message) {
	_, config := configuration(m)
	o, err := readOptions(s.cfg.options(), m.body, config)
	if err != nil {
		s.fail(m, errAttach, "Failed to attach", "invalid debug configuration - "+err.Error(), true)
		return
	}
	s.set(o)
	if addr, ok := remoteAddr(m); ok && s.cfg.Dial != nil {
		conn, err := s.cfg.Dial(s.staying, addr)
		if err == nil {
			err = s.move(conn)
		}
		if err != nil {
			s.fail(m, errAttach, "Failed to attach", fmt.Sprintf("connecting to the headless Delve at %s: %v", addr, err), true)
			return
		}
	}
	s.unhalted.Store(true)
	s.resume(m, false)
}

// restart takes over the attributes of a configuration that the user has
// edited. They stand in the member "arguments" of the request's arguments.
func (s *session) restart(m message) {
	if at, ok := m.argument("arguments"); ok {
		if config, err := scanObject(m.body, at); err == nil {
			o, err := readOptions(s.settings(), m.body, config)
			if err != nil {
				s.fail(m, errLaunch, "Failed to restart", "invalid debug configuration - "+err.Error(), true)
				return
			}
			s.set(o)
		}
	}
	s.resume(m, false)
}

// launch has the program built, or executed, so that it records its spawns.
func (s *session) launch(m message) {
	if m, ok := s.prepared(m); ok {
		s.resume(m, false) // endBuild follows when it is answered
	} else {
		s.endBuild()
	}
}

// prepared returns the launch request to be forwarded. ok is false where it has been
// answered.
func (s *session) prepared(m message) (_ message, ok bool) {
	at, config := configuration(m)
	o, err := readOptions(s.cfg.options(), m.body, config)
	if err != nil {
		s.fail(m, errLaunch, "Failed to launch", "invalid debug configuration - "+err.Error(), true)
		return m, false
	}
	s.set(o)
	if o.stitch {
		s.beginBuild(m)
	}
	l, ok := readLaunch(m, at, o)
	if !ok || s.cfg.Recorder == nil {
		return m, true
	}
	if l.Watch != nil {
		l.Warn = s.warn
	}
	p, err := s.cfg.Recorder.Prepare(s.staying, l.Launch)
	switch {
	case s.staying.Err() != nil:
		s.fail(m, errLaunch, "Failed to launch", "the client disconnected before the launch was prepared", false)
		return m, false
	case err != nil && o.record != "auto":
		s.fail(m, errLaunch, "Failed to launch", fmt.Sprintf("cannot record spawns (\"record\" is %q): %v", o.record, err), true)
		return m, false
	case err != nil:
		s.report("launching without recording", "error", err)
		p = Prepared{Note: fmt.Sprintf("dlvx: this program does not record its spawns: %v", err)}
	}
	s.mu.Lock()
	s.settle = p.Settle
	s.mu.Unlock()
	if note := strings.TrimSpace(strings.ReplaceAll(p.Note, "\n", " ")); note != "" {
		s.tell(note + "\n")
	}
	if m, err = l.with(m, p); err != nil {
		s.fail(m, errLaunch, "Failed to launch", fmt.Sprintf("adding the recording flags: %v", err), true)
		return m, false
	}
	return m, true
}

// launchConfig is a launch of a program, and where in the request
// its parts stand.
type launchConfig struct {
	Launch
	at        span
	config    object
	flagsText *string // buildFlags, where it is a string
}

// readLaunch reads what is to be built, or executed. ok is false for launches
// of no program that will be debugged or watched, and for those that Delve will refuse.
func readLaunch(m message, at span, o options) (l launchConfig, ok bool) {
	var c struct {
		Mode       string
		Program    string
		DlvCwd     string
		NoDebug    bool
		BuildFlags json.RawMessage
		Env        map[string]*string
	}
	if at == (span{}) || m.arguments(&c) != nil || c.NoDebug && o.watch == nil || c.Program == "" || o.record == "off" {
		return l, false
	}
	if c.Mode == "" {
		c.Mode = "debug"
	}
	if c.Mode != "debug" && c.Mode != "test" && c.Mode != "exec" {
		return l, false
	}
	l.at = at
	l.config, _ = scanObject(m.body, at)
	l.Launch = Launch{Mode: c.Mode, Record: o.record, Ancestors: o.ancestors, Program: c.Program, Dir: c.DlvCwd, Env: c.Env, Watch: o.watch, NoDebug: c.NoDebug}
	if len(c.BuildFlags) == 0 || json.Unmarshal(c.BuildFlags, &l.BuildFlags) == nil {
		return l, true
	}
	if json.Unmarshal(c.BuildFlags, &l.flagsText) != nil {
		return l, false
	}
	l.BuildFlags, _ = splitFlags(*l.flagsText)
	return l, true
}

// with returns the request with the prepared flags and environment. The kind
// of buildFlags stays the user's: Delve puts a string's flags behind its own,
// an array's before them.
func (l launchConfig) with(m message, p Prepared) (message, error) {
	var edits []edit
	if len(p.Flags) > 0 {
		var flags any
		if l.flagsText != nil {
			flags = appendFlags(*l.flagsText, p.Flags)
		} else {
			flags = append(slices.Clone(l.BuildFlags), p.Flags...)
		}
		raw, err := json.Marshal(flags)
		if err != nil {
			return m, err
		}
		edits = append(edits, setMember(m.body, l.at, l.config, "buildFlags", raw))
	}
	if len(p.Env) > 0 {
		env := make(map[string]*string, len(l.Env)+len(p.Env))
		for k, v := range l.Env {
			env[k] = v
		}
		for k, v := range p.Env {
			env[k] = &v
		}
		raw, err := json.Marshal(env)
		if err != nil {
			return m, err
		}
		edits = append(edits, setMember(m.body, l.at, l.config, "env", raw))
	}
	return m.edited(edits...), nil
}

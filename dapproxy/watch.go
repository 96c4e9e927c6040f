package dapproxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-dap"
)

// Watch is what a launched program is to be watched for by its own runtime: the
// launch attribute "debugMode", which is true, or an object with these members.
type Watch struct {
	Slow       time.Duration // how long a goroutine may run without yielding; 0: as long as it likes
	Blocked    time.Duration // how long a call may take; 0: as long as it likes
	Pending    bool          // goroutines that are there at exit
	Leaks      bool          // goroutines that can never be woken
	Contexts   bool          // contexts that are never cancelled
	Background []string      // functions, types and packages whose goroutines may be left over
}

// A Warning is what the runtime of a watched program has to say.
type Warning struct {
	Text string // for people: lines, each with its newline
	File string // the target's path of the place that it is about; "": none
	Line int

	Body json.RawMessage // all of it, for the event dlvx/warning: an object, or nil for no event
}

const wantDebugMode = `true, false, or an object with any of "slow" and "blocked" (times such as "50ms"), "pending", "leaks", "contexts" (true or false), "background" (a list)`

// readWatch reads the attribute. nil: nothing is watched.
func readWatch(raw []byte) (*Watch, error) {
	var on *bool // null is as if it were not there
	if json.Unmarshal(raw, &on) == nil {
		if on == nil || !*on {
			return nil, nil
		}
		raw = []byte("{}")
	}
	w := Watch{Slow: 100 * time.Millisecond, Blocked: time.Second, Pending: true, Leaks: true, Contexts: true}
	var given struct {
		Slow, Blocked            *duration
		Pending, Leaks, Contexts *bool
		Background               []string
	}
	if err := json.Unmarshal(raw, &given); err != nil {
		return nil, errors.New(`"debugMode" must be ` + wantDebugMode)
	}
	for from, to := range map[*duration]*time.Duration{given.Slow: &w.Slow, given.Blocked: &w.Blocked} {
		if from != nil {
			*to = time.Duration(*from)
		}
	}
	for from, to := range map[*bool]*bool{given.Pending: &w.Pending, given.Leaks: &w.Leaks, given.Contexts: &w.Contexts} {
		if from != nil {
			*to = *from
		}
	}
	w.Background = given.Background
	return &w, nil
}

// A duration is one of Go's in a string, or 0.
type duration time.Duration

func (d *duration) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw) // 0
	}
	v, err := time.ParseDuration(text)
	if err == nil && v < 0 {
		err = fmt.Errorf("%s is no time that passes", text)
	}
	*d = duration(v)
	return err
}

// warn shows the user a warning, and tells clients that know of warnings.
func (s *session) warn(w Warning) {
	rules := s.settings().paths
	for _, out := range w.outputs() {
		if out.Source != nil {
			out.Source.Path = toClient(out.Source.Path, rules)
		}
		s.sendClient(newMessage(&dap.OutputEvent{Event: newEvent("output"), Body: out}), nil)
	}
	if w.Body == nil {
		return
	}
	body := any(w.Body)
	if len(rules) > 0 {
		var members any
		if err := json.Unmarshal(w.Body, &members); err != nil {
			s.report("dropping a warning", "error", err)
			return
		}
		filesToClient(members, rules)
		body = members
	}
	s.sendClient(newMessage(&warningEvent{newEvent("dlvx/warning"), body}), nil)
}

// outputs returns the text of a warning: one that is about a place by its lines, for
// clients show one place beside all lines of an output.
func (w Warning) outputs() (outs []dap.OutputEventBody) {
	if w.File == "" {
		if w.Text != "" {
			outs = append(outs, dap.OutputEventBody{Category: "console", Output: w.Text})
		}
		return outs
	}
	for line := range strings.Lines(w.Text) {
		out := dap.OutputEventBody{Category: "console", Output: line}
		if len(outs) == 0 {
			out.Source, out.Line = &dap.Source{Path: w.File}, w.Line
		} else if m := framePlace.FindStringSubmatch(line); m != nil {
			out.Source = &dap.Source{Path: m[1]}
			out.Line, _ = strconv.Atoi(m[2]) // digits
		}
		outs = append(outs, out)
	}
	return outs
}

// framePlace finds the place in the line of a frame: "    main.worker /src/main.go:24".
var framePlace = regexp.MustCompile(`^\s+\S.*? ((?:/|[A-Za-z]:[\\/]).*):(\d+)\s*$`)

type warningEvent struct {
	dap.Event
	Body any `json:"body"`
}

// filesToClient maps the members "file" of objects.
func filesToClient(v any, rules []pathRule) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			filesToClient(e, rules)
		}
	case map[string]any:
		for k, e := range v {
			if path, ok := e.(string); ok && k == "file" {
				v[k] = toClient(path, rules)
			} else {
				filesToClient(e, rules)
			}
		}
	}
}

// settled waits until the client has been told what the runtime of a target
// that has ended had to say.
func (s *session) settled(event string) {
	s.mu.Lock()
	settle := s.settle
	s.mu.Unlock()
	restarted := event == "initialized" && s.targets.Load() > 0
	if settle != nil && (event == "terminated" || restarted) {
		settle()
	}
}

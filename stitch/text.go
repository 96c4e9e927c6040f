package stitch

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// Separator returns the line that stands above a spawner's segment:
//
//	created by goroutine 7 (exited)
//	created by goroutine 1, now [sync.WaitGroup.Wait 12s] main.go:50
//	created by a goroutine whose number was not kept
//	created by several goroutines
//	probably created by goroutine 1, now [select] main.go:50
func (s Segment) Separator() string {
	var b strings.Builder
	if s.Provenance == Live && s.State != nil { // of one that has exited, no stack is guessed
		b.WriteString("probably ")
	}
	switch {
	case s.Goroutine == 0:
		b.WriteString("created by a goroutine whose number was not kept")
	case s.Goroutine == Several:
		b.WriteString("created by several goroutines")
	case s.State == nil:
		fmt.Fprintf(&b, "created by goroutine %d (exited)", s.Goroutine)
	default:
		fmt.Fprintf(&b, "created by goroutine %d, now %s", s.Goroutine, s.State)
	}
	return b.String()
}

// String returns the state as separators show it: "[chan receive 12s] main.go:50".
func (s State) String() string {
	what := s.Word()
	if d := RoundWait(s.For); d != "" {
		what += " " + d
	}
	text := "[" + what + "]"
	if s.At.File != "" {
		text += fmt.Sprintf(" %s:%d", Base(s.At.File), s.At.Line)
	}
	return text
}

// Word returns what the goroutine is doing in the runtime's words: the reason
// for which it waits ("chan receive"), else its status ("running").
func (s State) Word() string {
	if s.Wait != "" {
		return s.Wait
	}
	return s.Status
}

// Blocked tells whether the goroutine waits for something: another goroutine,
// the network, a time. One in a system call does not count.
func (s State) Blocked() bool { return s.Status == "waiting" || s.Status == "leaked" }

// RoundWait returns a waiting time as people say it: "12s", "3m", "2h", "5d";
// less than a second is "".
func RoundWait(d time.Duration) string {
	switch {
	case d < time.Second:
		return ""
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}

// Base returns the last element of a path of any operating system: the target
// need not run on the one that shows its stacks.
func Base(file string) string {
	return path.Base(slashed(file))
}

// slashed returns a path of any operating system with slashes.
func slashed(file string) string { return strings.ReplaceAll(file, `\`, "/") }

// Text returns the line that tells a reader what is missing at this place of
// a chain; it is empty for [NotCut].
func (c Cut) Text() string {
	switch c {
	case NotCut:
		return ""
	case CutDepth:
		return "... older spawners cut: the chain is longer than what is recorded"
	case CutMemory:
		return "... older spawners cut: the memory for spawn labels is full"
	case CutRespawn:
		return "... repeated generations cut: these spawners started each other over and over"
	case CutLimit:
		return "... older spawners not shown"
	case CutUnrecorded:
		return "... older spawners not recorded"
	case CutRuntime:
		return "... started by the Go runtime for the whole program"
	}
	return "... older spawners could not be read"
}

// FramesCutText is the line that stands below a segment whose outermost
// frames were not kept.
const FramesCutText = "... outer frames cut: the stack is deeper than what is recorded"

// ownCutText is the line that stands below own frames in their place.
const ownCutText = "... outer frames are missing"

// Notes returns the lines that stand below the segment's frames, about what is
// missing there.
func (s Segment) Notes() []string {
	var notes []string
	switch {
	case s.FramesCut && s.Provenance == Own:
		notes = append(notes, ownCutText)
	case s.FramesCut:
		notes = append(notes, FramesCutText)
	}
	if t := s.Cut.Text(); t != "" {
		notes = append(notes, t)
	}
	return notes
}

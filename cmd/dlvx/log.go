package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"

	"github.com/dlvx/dlvx/delve"
)

// newLog returns the log of a command: warnings are said to the user in one
// line, more is with --log.
func newLog(o delve.Options) *slog.Logger { return newLogTo(os.Stderr, o) }

func newLogTo(w io.Writer, o delve.Options) *slog.Logger {
	level := slog.LevelWarn
	if o.Log {
		level = slog.LevelInfo
	}
	return slog.New(lineHandler{w: w, level: level})
}

// A lineHandler writes "dlvx: message: value, value".
type lineHandler struct {
	w     io.Writer
	level slog.Level
	attrs []slog.Attr
}

func (h lineHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h lineHandler) Handle(_ context.Context, r slog.Record) error {
	var values []string
	add := func(a slog.Attr) bool {
		values = append(values, a.Value.String())
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	line := "dlvx: " + r.Message
	if len(values) > 0 {
		line += ": " + strings.Join(values, ", ")
	}
	_, err := fmt.Fprintln(h.w, line)
	return err
}

func (h lineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.attrs = append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)
	return h
}

func (h lineHandler) WithGroup(string) slog.Handler { return h }

// A holdback is where a log goes that has to wait while the terminal shows
// something else.
type holdback struct {
	mu   sync.Mutex
	to   io.Writer
	held *bytes.Buffer // nil: nothing is held back
}

func (h *holdback) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held != nil {
		return h.held.Write(b)
	}
	return h.to.Write(b)
}

func (h *holdback) hold() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held = &bytes.Buffer{}
}

// letGo writes what was held back.
func (h *holdback) letGo() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held != nil {
		_, _ = h.to.Write(h.held.Bytes()) // as all that is logged
		h.held = nil
	}
}

package delve

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// explainAttach says why a process could not be attached to, and what to do;
// err, Delve's own words, where that cannot be told.
func explainAttach(pid int, err error) error {
	proc := "/proc/" + strconv.Itoa(pid)
	info, statErr := os.Stat(proc)
	if errors.Is(statErr, os.ErrNotExist) {
		return fmt.Errorf("could not attach to pid %d: no such process; --waitfor NAME waits for one to start", pid)
	}
	if tracer := tracerOf(proc); tracer != 0 {
		return fmt.Errorf("could not attach to pid %d: process %d%s is debugging it already; end that debugger first", pid, tracer, nameOf(tracer))
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && statErr == nil && int(stat.Uid) != os.Geteuid() && os.Geteuid() != 0 {
		return fmt.Errorf("could not attach to pid %d: it belongs to another user (uid %d); run dlvx as that user, or as root", pid, stat.Uid)
	}
	text := err.Error()
	if rest, ok := strings.CutPrefix(text, "Could not"); ok {
		text = "could not" + rest
	}
	return errors.New(text)
}

// tracerOf returns the id of the process that traces the one of a folder of
// proc(5); 0: none does.
func tracerOf(proc string) int {
	status, err := os.ReadFile(proc + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "TracerPid:"); ok {
			tracer, _ := strconv.Atoi(strings.TrimSpace(value))
			return tracer
		}
	}
	return 0
}

// nameOf returns " (name)" of a process, or "".
func nameOf(pid int) string {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (%s)", strings.TrimSpace(string(name)))
}

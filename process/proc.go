//go:build linux && (amd64 || arm64)

package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// A status is what /proc/PID/status says of a process, or of one thread.
type status struct {
	state  string // its first letter: R, S, D, T (stopped), t (by a tracer), Z, X
	tracer int    // the thread that traces it; 0: none
	tgid   int    // the process that it is a thread of
	uid    int    // the effective one
	nspid  uint64 // its number in the innermost pid namespace
}

// readStatus reads the status of a process; tid is 0, or one of its threads.
func readStatus(pid, tid int) (status, error) {
	path := fmt.Sprintf("/proc/%d/status", pid)
	if tid != 0 {
		path = fmt.Sprintf("/proc/%d/task/%d/status", pid, tid)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return status{}, err
	}
	var s status
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		fields := strings.Fields(value)
		if len(fields) == 0 {
			continue
		}
		switch key {
		case "State":
			s.state = fields[0]
		case "Tgid":
			s.tgid, err = strconv.Atoi(fields[0])
		case "TracerPid":
			s.tracer, err = strconv.Atoi(fields[0])
		case "Uid":
			if len(fields) > 1 {
				s.uid, err = strconv.Atoi(fields[1])
			}
		case "NSpid":
			s.nspid, err = strconv.ParseUint(fields[len(fields)-1], 10, 64)
		}
		if err != nil {
			return status{}, fmt.Errorf("reading %s: %w", path, err)
		}
	}
	return s, nil
}

// startTime returns when a process was started, in the kernel's words.
func startTime(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	// Field 22 of proc_pid_stat(5). The second, a name in brackets, may hold anything.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const field = 22 - 3
	if len(fields) <= field {
		return "", fmt.Errorf("reading /proc/%d/stat: it has not enough fields", pid)
	}
	return fields[field], nil
}

// threads returns the numbers of a process's threads.
func threads(pid int) ([]int, error) {
	d, err := os.Open(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var tids []int
	for _, name := range names {
		if tid, err := strconv.Atoi(name); err == nil {
			tids = append(tids, tid)
		}
	}
	return tids, nil
}

// sameNamespace tells whether a process sees something as this one does: "pid",
// "time".
func sameNamespace(pid int, kind string) bool {
	own, err := os.Readlink("/proc/self/ns/" + kind)
	if err != nil {
		return true // the kernel has none of that kind
	}
	other, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind))
	return err == nil && own == other
}

// explain turns why a process cannot be looked into into what its user can do
// about it.
func explain(pid int, err error) error {
	s, gone := readStatus(pid, 0)
	switch {
	case gone != nil && errors.Is(gone, fs.ErrNotExist):
		if errors.Is(err, ErrEnded) || errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("%w while it was read", ErrEnded)
		}
		return errors.New("there is no such process")
	case s.state == "Z" || s.state == "X":
		return fmt.Errorf("%w, and only waits for its parent to notice (a zombie)", ErrEnded)
	case errors.Is(err, fs.ErrPermission):
		return denied(s.uid, os.Geteuid(), ptraceScope())
	case errors.Is(err, fs.ErrNotExist): // its /proc/PID/exe
		return errors.New("it is a thread of the kernel, or has no executable file")
	}
	return err
}

// ptraceScope returns the value of kernel.yama.ptrace_scope; 0: no restriction.
func ptraceScope() int {
	text, err := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope")
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

// denied says why the kernel does not let us, users uid and own, look into a
// process.
func denied(uid, own, scope int) error {
	switch {
	case uid != own && own != 0:
		name := strconv.Itoa(uid)
		if u, err := user.LookupId(name); err == nil {
			name = u.Username
		}
		return fmt.Errorf("it belongs to user %s: run dlvx as that user, or as root", name)
	case scope == 1 && own != 0:
		return errors.New("this system lets only its parent look into a process (kernel.yama.ptrace_scope=1): run dlvx as root, or set that to 0")
	case scope == 2 && own != 0:
		return errors.New("this system lets only root look into a process (kernel.yama.ptrace_scope=2): run dlvx as root")
	case scope == 3:
		return errors.New("this system lets nobody look into a process until it is booted anew (kernel.yama.ptrace_scope=3)")
	}
	return errors.New("the kernel does not allow it: the process has more rights than dlvx; run dlvx as root, in a container with the capability SYS_PTRACE")
}

//go:build linux && (amd64 || arm64)

package process

import (
	"bytes"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Find returns the number of the process that spec names, of which there may be
// only one: its number, the path or the name of its program's file, or, where no
// program is called that, what pgrep would take: a regular expression that is
// found in the name of a Go program, or else in its command line.
func Find(spec string) (pid int, err error) {
	if pid, err := strconv.Atoi(spec); err == nil {
		if pid <= 0 || pid > 1<<22 { // the most that the kernel has
			return 0, fmt.Errorf("%s is not the number of a process", spec)
		}
		return pid, nil
	}
	if strings.TrimSpace(spec) == "" {
		return 0, errors.New("which process? Its number is needed, or the name of its file")
	}
	pids, err := processes()
	if err != nil {
		return 0, err
	}
	for _, matches := range matchers(spec) {
		found := slices.DeleteFunc(slices.Clone(pids), func(pid int) bool { return !matches(pid) })
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return 0, fmt.Errorf("%d processes are called %q: %s; give the number of one", len(found), spec, describe(found))
		}
	}
	return 0, fmt.Errorf("no process runs a program named %q: give its number, or the name of its file", spec)
}

// processes returns the numbers of all processes but this one and zombies.
func processes() (pids []int, err error) {
	names, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		pid, err := strconv.Atoi(name.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if s, err := readStatus(pid, 0); err == nil && s.state != "Z" {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// matchers returns the ways in which spec may name a process, the strictest first.
func matchers(spec string) []func(pid int) bool {
	if file, err := os.Stat(spec); err == nil && strings.ContainsRune(spec, '/') {
		return []func(int) bool{func(pid int) bool { return runs(pid, file) }}
	}
	ways := []func(int) bool{func(pid int) bool { return isNamed(pid, filepath.Base(spec)) }}
	if re, err := regexp.Compile(spec); err == nil {
		own, _ := os.Stat("/proc/self/exe") // others of whom have the name as an argument, too
		ways = append(ways,
			func(pid int) bool { return re.MatchString(exeName(pid)) && isGo(pid) },
			func(pid int) bool { return re.MatchString(commandLine(pid)) && isGo(pid) && !runs(pid, own) })
	}
	return ways
}

// runs tells whether a process runs a file.
func runs(pid int, file os.FileInfo) bool {
	exe, err := os.Stat(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil && os.SameFile(exe, file)
}

// isNamed tells whether a process runs the program of a name: its file's, or, as
// pgrep does, the one that the kernel keeps, which has at most 15 bytes.
func isNamed(pid int, name string) bool {
	if exe := exeName(pid); exe != "" {
		return exe == name
	}
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err == nil && strings.TrimSuffix(string(comm), "\n") == name[:min(len(name), 15)]
}

// isGo tells whether a process runs a Go program that can be looked at.
func isGo(pid int) bool {
	exe, err := os.Open(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil {
		return false
	}
	defer exe.Close()
	_, err = buildinfo.Read(exe)
	return err == nil
}

// exeName returns the name of the file that a process runs; "": not to be known.
func exeName(pid int) string {
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil {
		return ""
	}
	return filepath.Base(strings.TrimSuffix(exe, " (deleted)"))
}

// commandLine returns a process's arguments with blanks between them.
func commandLine(pid int) string {
	args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return ""
	}
	return string(bytes.ReplaceAll(bytes.TrimSuffix(args, []byte{0}), []byte{0}, []byte{' '}))
}

// describe lists processes, with their command lines.
func describe(pids []int) string {
	const most, length = 10, 100
	var words []string
	for _, pid := range pids[:min(most, len(pids))] {
		line := []rune(strings.Map(func(r rune) rune {
			if unicode.IsPrint(r) {
				return r
			}
			return '?'
		}, commandLine(pid)))
		if len(line) > length {
			line = append(line[:length], '…')
		}
		words = append(words, fmt.Sprintf("%d (%s)", pid, string(line)))
	}
	if len(pids) > most {
		words = append(words, "...")
	}
	return strings.Join(words, ", ")
}

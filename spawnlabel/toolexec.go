package spawnlabel

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ToolexecName is the base name, without .exe, under which dlvx is run as a
// -toolexec wrapper. Its main function compares it with os.Args[0] and calls
// [Toolexec] before anything else.
const ToolexecName = "dlvx-toolexec"

// Toolexec is the -toolexec wrapper. args is the command line of the tool,
// without the wrapper's own name: the tool's path first, or, where the user
// has a wrapper too, that one and its arguments before the tool.
//
// When the compiler compiles package runtime, Toolexec compiles it with spawn
// labels; if that fails it says so in one line on stderr and compiles the
// runtime as it is, so that a build never fails because of it. When the
// compiler is asked for its version, Toolexec adds what it does to the
// runtime, which keeps recording and plain packages apart in the build cache.
// All other commands replace this process (on Windows: run as its child, with
// its own standard files), as they are.
//
// It returns the exit code for the process.
func Toolexec(args []string, stdout, stderr io.Writer) int {
	return thisEdition().toolexec(args, stdout, stderr)
}

func (e edition) toolexec(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintf(stderr, "%s: no command: it is run by the go command, as -toolexec=%[1]s\n", ToolexecName)
		return 2
	}
	at, compile := compilerOf(args)
	switch {
	case !compile:
	case len(args) == at+2 && args[at+1] == "-V=full":
		return e.version(args, stdout, stderr)
	default:
		expanded, err := expandArgs(args, at)
		if err != nil {
			fmt.Fprintf(stderr, "%s: reading the compiler's arguments: %v\n", ToolexecName, err)
			break
		}
		if compilesRuntime(expanded[at+1:]) {
			return e.compile(args, expanded, at, stdout, stderr)
		}
	}
	return replaceProcess(args, stderr)
}

// compilerOf returns where in args the compiler is. The go command gives the
// tool's absolute path; a user's own wrapper and its arguments stand before.
func compilerOf(args []string) (int, bool) {
	for i, arg := range args {
		if filepath.IsAbs(arg) && strings.TrimSuffix(filepath.Base(arg), ".exe") == "compile" {
			return i, true
		}
	}
	return 0, false
}

// compilesRuntime tells whether these are the compiler's arguments for package runtime.
func compilesRuntime(args []string) bool {
	for i := 1; i < len(args); i++ {
		if args[i-1] == "-p" {
			return args[i] == "runtime"
		}
	}
	return false
}

// version prints the compiler's -V=full line with the edition in it. The go
// command takes the whole line of a released compiler, and what follows the
// last slash of a development one's last field, as the tool's identity
// (cmd/go/internal/work.Builder.toolID).
func (e edition) version(args []string, stdout, stderr io.Writer) int {
	var out bytes.Buffer
	code := run(args, &out, stderr)
	line := strings.TrimRight(out.String(), "\r\n")
	if code != 0 || line == "" {
		io.Copy(stdout, &out)
		return code
	}
	fields := strings.Fields(line)
	sep := " "
	if strings.HasPrefix(fields[len(fields)-1], "buildID=") {
		sep = "-"
	}
	fmt.Fprintf(stdout, "%s%sspawnlabel-%s\n", line, sep, e.id())
	return 0
}

// compile compiles package runtime with spawn labels, else without. args is
// the command line as given, expanded the same with response files read, at
// the compiler's place in both.
func (e edition) compile(args, expanded []string, at int, stdout, stderr io.Writer) int {
	edited, err := e.editedCommand(expanded, at)
	if err == nil {
		var out, errs bytes.Buffer
		if run(edited, &out, &errs) == 0 {
			io.Copy(stdout, &out)
			io.Copy(stderr, &errs)
			return 0
		}
		first, _, _ := strings.Cut(strings.TrimSpace(errs.String()+out.String()), "\n")
		err = fmt.Errorf("the edited runtime does not compile: %s", first)
	}
	fmt.Fprintf(stderr, "dlvx: this build does not record spawn labels: %v\n", err)
	return replaceProcess(args, stderr)
}

// editedCommand returns the command with the runtime's files edited.
func (e edition) editedCommand(args []string, at int) ([]string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	// The files are the arguments after the last flag; they are all named as paths of .go files.
	files := len(args)
	for files > at+1 && strings.HasSuffix(args[files-1], ".go") {
		files--
	}
	var paths []string
	place := map[string]int{}
	for i, arg := range args[files:] {
		path := arg
		if !filepath.IsAbs(path) {
			path = filepath.Join(wd, path)
		}
		paths = append(paths, path)
		place[path] = files + i
	}
	edited, err := e.edit(paths)
	if err != nil {
		return nil, err
	}
	dir, err := store(edited)
	if err != nil {
		return nil, fmt.Errorf("keeping the edited runtime in the cache folder: %w", err)
	}

	// A compiler names a file in debug information by its path after
	// -trimpath's rewriting. Rewrite each copy to what its original's is.
	trim := trimpathOf(args[at+1 : files])
	if trim == 0 {
		return nil, errors.New("the compiler is run without -trimpath")
	}
	trim += at + 1
	out := append([]string(nil), args...)
	rewrites := ""
	home := filepath.Dir(rewrite(edited[0].original, args[trim]))
	for _, f := range edited {
		copied := filepath.Join(dir, f.name)
		if f.original == "" {
			out = append(out, copied)
			rewrites += copied + "=>" + filepath.Join(home, f.name) + ";"
		} else {
			out[place[f.original]] = copied
			rewrites += copied + "=>" + rewrite(f.original, args[trim]) + ";"
		}
	}
	out[trim] = rewrites + args[trim]
	return out, nil
}

// trimpathOf returns the index of -trimpath's value, 0 if there is none.
func trimpathOf(args []string) int {
	for i := 1; i < len(args); i++ {
		if args[i-1] == "-trimpath" {
			return i
		}
	}
	return 0
}

// rewrite applies the rules of a compiler's -trimpath value to a path: a list
// of "prefix=>replacement" separated by semicolons, of which the first that
// fits applies (cmd/internal/objabi.ApplyRewrites).
func rewrite(path, rules string) string {
	for _, rule := range strings.Split(rules, ";") {
		prefix, with := rule, ""
		if i := strings.LastIndex(rule, "=>"); i >= 0 {
			prefix, with = rule[:i], rule[i+2:]
		}
		rest, ok := strings.CutPrefix(path, prefix)
		switch {
		case prefix == "" || !ok:
		case rest == "":
			return with
		case !os.IsPathSeparator(rest[0]):
		case with == "":
			return rest[1:]
		default:
			return with + rest
		}
	}
	return path
}

// expandArgs replaces a response file ("@path"), which the go command uses
// for very long command lines of the compiler, by what it holds
// (cmd/internal/objabi.expandArgs).
func expandArgs(args []string, at int) ([]string, error) {
	if len(args) != at+2 || !strings.HasPrefix(args[at+1], "@") {
		return args, nil
	}
	text, err := os.ReadFile(args[at+1][1:])
	if err != nil {
		return nil, err
	}
	out := append([]string(nil), args[:at+1]...)
	unescape := strings.NewReplacer(`\\`, `\`, `\n`, "\n")
	for _, line := range strings.Split(strings.TrimSpace(strings.ReplaceAll(string(text), "\r", "")), "\n") {
		out = append(out, unescape.Replace(line))
	}
	return out, nil
}

// run runs a command as a child and returns its exit code, 1 if it cannot be run.
func run(args []string, stdout, stderr io.Writer) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode()
	default:
		fmt.Fprintf(stderr, "%s: running %s: %v\n", ToolexecName, args[0], err)
		return 1
	}
}

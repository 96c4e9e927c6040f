package spawnlabel

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/dlvx/dlvx/internal/goedit"
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
// labels and the addition, and with the addition one of its other packages.
// Where only the addition does not fit, it is left out. Where labels do not fit
// this runtime, or it does not compile with them, Toolexec says so in one line
// on stderr and compiles the runtime as it is.
// What may go better the next time (a cache folder that cannot be written, a
// compiler that was killed) fails the build instead: the go command keeps the
// result of a compilation that succeeds, and would use a plain runtime in all
// recording builds to come.
//
// When the compiler is asked for its version, Toolexec adds what it does to the
// runtime, which keeps recording and plain packages apart in the build cache.
// All other commands replace this process (on Windows: run as its child, with
// its own standard files), as they are.
//
// It returns the exit code for the process.
func Toolexec(args []string, stdout, stderr io.Writer, add Addition) int {
	return thisEdition(add).toolexec(args, stdout, stderr)
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
			return 1
		}
		if path := packageOf(expanded[at+1:]); e.edits(path) {
			return e.compile(path, args, expanded, at, stdout, stderr)
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

// packageOf returns the path of the package that the compiler compiles with
// these arguments, "" where they do not say.
func packageOf(args []string) string {
	for i := 1; i < len(args); i++ {
		if args[i-1] == "-p" {
			return args[i]
		}
	}
	return ""
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

// A refusal says why package runtime is compiled without spawn labels. It
// depends on nothing but what is compiled, and so would come again.
type refusal struct{ error }

// compileError is a line by which the compiler refuses what it compiles; a
// compiler that has run out of memory or disk writes nothing like it.
var compileError = regexp.MustCompile(`(?m)^.+\.go:\d+:(\d+:)? .+$|^.*internal compiler error: .+$`)

// compile compiles package runtime with spawn labels, or without on a refusal,
// and another package with the addition. args is the command line as given,
// expanded the same with response files read, at the compiler's place in both.
func (e edition) compile(path string, args, expanded []string, at int, stdout, stderr io.Writer) int {
	err := e.compileEdited(path, expanded, at, stdout, stderr)
	if err, ok := err.(refusal); ok && e.add.Edit != nil {
		if _, ok := err.error.(misfit); !ok { // that, Prepare has told those who want to know it
			fmt.Fprintf(stderr, "dlvx: this build is without %s, as package %s refuses it: %v\n", e.add.Name, path, err)
		}
		e.add = Addition{}
		if path != "runtime" {
			return replaceProcess(args, stderr)
		}
		return e.compile(path, args, expanded, at, stdout, stderr)
	}
	switch err := err.(type) {
	case nil:
		return 0
	case refusal:
		fmt.Fprintf(stderr, "dlvx: this build does not record spawn labels: %v\n", err)
		return replaceProcess(args, stderr)
	}
	fmt.Fprintf(stderr, "%s: compiling package %s with spawn labels: %v (build again, or without this -toolexec)\n", ToolexecName, path, err)
	return 1
}

func (e edition) compileEdited(path string, args []string, at int, stdout, stderr io.Writer) error {
	edited, err := e.editedCommand(path, args, at)
	if err != nil {
		return err
	}
	var out, errs bytes.Buffer
	code, err := child(edited, &out, &errs)
	if err == nil && code != 0 {
		if line := compileError.FindString(errs.String() + out.String()); line != "" {
			return refusal{fmt.Errorf("the edited %s does not compile: %s", path, line)}
		}
		err = fmt.Errorf("the compiler ended with exit code %d", code)
	}
	io.Copy(stdout, &out)
	io.Copy(stderr, &errs)
	return err
}

// editedCommand returns the command with the package's files edited.
func (e edition) editedCommand(path string, args []string, at int) ([]string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	files := at + filesAt(args[at:])
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
	texts, err := goedit.ReadFiles(paths)
	if err != nil {
		return nil, err
	}
	edited, err := e.editFiles(path, texts, cmp.Or(os.Getenv("GOOS"), runtime.GOOS)) // the go command sets it for its tools
	if err != nil {
		return nil, refusal{err}
	}
	dir, err := store(edited)
	if err != nil {
		return nil, fmt.Errorf("keeping the edited %s in the cache folder: %w", path, err)
	}

	// A compiler names a file in debug information by its path after
	// -trimpath's rewriting. Rewrite each copy to what its original's is.
	trim := trimpathOf(args[at+1 : files])
	if trim == 0 {
		return nil, refusal{errors.New("the compiler is run without -trimpath")}
	}
	trim += at + 1
	out := append([]string(nil), args...)
	rewrites := ""
	home := filepath.Dir(rewrite(edited[0].Original, args[trim]))
	for _, f := range edited {
		copied := filepath.Join(dir, f.Name)
		if f.Original == "" {
			out = append(out, copied)
			rewrites += copied + "=>" + filepath.Join(home, f.Name) + ";"
		} else {
			out[place[f.Original]] = copied
			rewrites += copied + "=>" + rewrite(f.Original, args[trim]) + ";"
		}
	}
	out[trim] = rewrites + args[trim]
	return out, nil
}

// filesAt returns where in the compiler's command line the files begin: behind
// the last flag and its value. Most are called X.go, but an overlay's file may
// have any name.
func filesAt(args []string) int {
	files := 1
	for i, arg := range args[1:] {
		if strings.HasPrefix(arg, "-") {
			files = i + 2
		}
	}
	if files > 1 && files < len(args) && filepath.Ext(args[files]) != ".go" {
		files++ // the flag's value: it is -asmhdr
	}
	return files
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

// run runs a command as a child and returns its exit code. Where it has none,
// because it cannot be run or was killed, run says so and returns 1.
func run(args []string, stdout, stderr io.Writer) int {
	code, err := child(args, stdout, stderr)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", ToolexecName, err)
		return 1
	}
	return code
}

// child runs a command as a child and returns its exit code; the error says
// why it has none.
func child(args []string, stdout, stderr io.Writer) (code int, err error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, stderr
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode(), nil
	default:
		return 0, fmt.Errorf("running %s: %w", args[0], err)
	}
}

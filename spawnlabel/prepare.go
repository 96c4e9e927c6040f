package spawnlabel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/dlvx/dlvx/internal/goedit"
)

// A Request says what is going to be built, and how.
type Request struct {
	Go         string   // the go command; "": go in PATH
	Dir        string   // where it will run; "": here
	Env        []string // its environment; nil: this process's
	BuildFlags []string // the user's own build flags, one argument each
	Exe        string   // the dlvx executable; its main must call [Toolexec], see [ToolexecName]
	Addition   Addition // the one that main calls [Toolexec] with
}

// A Plan says how to build a program that records, or why that cannot be.
type Plan struct {
	// Flags are to be added after the user's build flags, one argument each.
	Flags []string
	// Reason is empty, or one line that says why this Go cannot record. Flags
	// is empty then, and the program is to be built as the user said.
	Reason string
	// Missing is empty, or one line that says why this Go cannot have the
	// addition, whether or not it can record.
	Missing string
}

// Prepare finds the Go that would build, toolchain selection by go.mod and
// GOTOOLCHAIN included, and tries the edit on its package runtime, without
// compiling anything. An error means that there is no asking that Go at all,
// so that the build would fail as well; what keeps only the recording from
// working is a [Plan.Reason].
func Prepare(ctx context.Context, r Request) (Plan, error) {
	if r.Go == "" {
		r.Go = "go"
	}
	env, err := r.goEnv(ctx)
	if err != nil {
		return Plan{}, err
	}
	command, err := userToolexec(r.BuildFlags, env.GOFLAGS)
	if err != nil {
		return Plan{}, err // the go command fails on it in the same way
	}
	reason, missing, err := verdict(thisEdition(r.Addition), env)
	if err != nil {
		reason, missing = err.Error(), err.Error()
	}
	if reason != "" {
		return Plan{Reason: reason, Missing: missing}, nil
	}
	wrapper, err := link(r.Exe)
	if err != nil {
		return Plan{Reason: fmt.Sprintf("making dlvx usable as -toolexec: %v", err)}, nil
	}
	value, err := joinQuoted(append([]string{wrapper}, command...))
	if err != nil {
		return Plan{Reason: fmt.Sprintf("making dlvx usable as -toolexec: %v", err)}, nil
	}
	return Plan{Flags: []string{"-toolexec=" + value}, Missing: missing}, nil
}

// goEnv is what the go command says of itself.
type goEnv struct{ GOROOT, GOVERSION, GOFLAGS, GOOS string }

func (r Request) goEnv(ctx context.Context) (goEnv, error) {
	cmd := exec.CommandContext(ctx, r.Go, "env", "-json", "GOROOT", "GOVERSION", "GOFLAGS", "GOOS")
	cmd.Dir, cmd.Env = r.Dir, r.Env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			return goEnv{}, fmt.Errorf("asking %s for its version: %s", r.Go, text)
		}
		return goEnv{}, fmt.Errorf("asking %s for its version: %w", r.Go, err)
	}
	var env goEnv
	if err := json.Unmarshal(out, &env); err != nil {
		return goEnv{}, fmt.Errorf("asking %s for its version: %w", r.Go, err)
	}
	return env, nil
}

// verdict returns "" if e fits the package runtime of that Go, else the
// reason why not, in one line, and the same for its addition. A GOROOT that
// cannot be read is an error, which is not kept.
func verdict(e edition, env goEnv) (reason, missing string, err error) {
	paths, state, err := runtimeFiles(env.GOROOT)
	if err != nil {
		return "", "", fmt.Errorf("reading package runtime of %s: %w", env.GOVERSION, err)
	}
	key := digest(append([]string{e.id(), env.GOVERSION, env.GOOS}, state...)...)
	path, err := entry("verdict", key, func(path string) error {
		files, err := goedit.ReadFiles(paths)
		if err != nil {
			return err
		}
		reason, missing := e.verdictOf(files, env.GOOS)
		if reason != "" {
			reason = fmt.Sprintf("spawn labels do not fit the runtime of %s: %s", env.GOVERSION, reason)
		}
		if missing != "" {
			missing = fmt.Sprintf("%s does not fit the runtime of %s: %s", e.add.Name, env.GOVERSION, missing)
		}
		return os.WriteFile(path, []byte(oneLine(reason)+"\n"+oneLine(missing)), 0o666)
	})
	if err != nil {
		return "", "", fmt.Errorf("trying spawn labels on the runtime of %s, with dlvx's cache folder: %w", env.GOVERSION, err)
	}
	text, err := os.ReadFile(path)
	reason, missing, _ = strings.Cut(string(text), "\n")
	return reason, missing, err
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

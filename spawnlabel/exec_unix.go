//go:build unix

package spawnlabel

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// replaceProcess turns this process into the command; a build runs some
// hundred tools, and there is no use in a parent that waits for each. It
// returns only on failure, with an exit code.
func replaceProcess(args []string, stderr io.Writer) int {
	path, err := exec.LookPath(args[0])
	if err == nil {
		err = syscall.Exec(path, args, os.Environ())
	}
	fmt.Fprintf(stderr, "%s: running %s: %v\n", ToolexecName, args[0], err)
	return 1
}

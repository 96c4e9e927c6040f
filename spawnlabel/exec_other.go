//go:build !unix

package spawnlabel

import (
	"io"
	"os"
)

// replaceProcess runs the command as a child, as there is no replacing of a
// process here, and returns its exit code.
func replaceProcess(args []string, stderr io.Writer) int {
	return run(args, os.Stdout, stderr)
}

// Package settled waits until goroutines have come to rest: whether one that is
// about to block has done so is luck else.
package settled

import (
	"bytes"
	"runtime"
)

// But returns once only so many goroutines beside the caller's run or could.
func But(moving int) {
	for buf := make([]byte, 1<<16); ; runtime.Gosched() {
		n := runtime.Stack(buf, true)
		if n == len(buf) {
			buf = make([]byte, 2*n)
			continue
		}
		found := bytes.Count(buf[:n], []byte(" [run")) // running, runnable
		if found == moving+1 {
			return
		}
	}
}

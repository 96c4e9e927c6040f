//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// maxRSS returns how many bytes a process had in memory at most; 0: not known.
func maxRSS(s *os.ProcessState) float64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok || runtime.GOOS != "linux" { // elsewhere the unit is another
		return 0
	}
	return float64(usage.Maxrss) * 1024
}

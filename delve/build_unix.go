//go:build !windows

package delve

import "os"

func interrupt(p *os.Process) error { return p.Signal(os.Interrupt) }

package delve

import "os"

// Windows has no signal to send to one process.
func interrupt(p *os.Process) error { return p.Kill() }

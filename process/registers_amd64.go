//go:build linux

package process

import "golang.org/x/sys/unix"

// readRegisters reads the registers of a thread that its tracer has stopped.
func readRegisters(tid int) (registers, error) {
	var r unix.PtraceRegs
	err := unix.PtraceGetRegs(tid, &r)
	return registers{pc: r.Rip, sp: r.Rsp}, err
}

//go:build linux

package process

import (
	"debug/elf"

	"golang.org/x/sys/unix"
)

// readRegisters reads the registers of a thread that its tracer has stopped.
func readRegisters(tid int) (registers, error) {
	var r unix.PtraceRegsArm64
	err := unix.PtraceGetRegSetArm64(tid, int(elf.NT_PRSTATUS), &r)
	const link = 30
	return registers{pc: r.Pc, sp: r.Sp, lr: r.Regs[link]}, err
}

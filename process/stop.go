//go:build linux && (amd64 || arm64)

package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// registers are those of a thread that a stack is unwound by.
type registers struct{ pc, sp, lr uint64 } // lr: of arm64

// How long threads are waited for to stop. One that is deep in the kernel (a disk
// that does not answer) may take for ever; one that only lacks a processor gets
// one before long.
const (
	maxBlocked = 200 * time.Millisecond
	maxWait    = 2 * time.Second
)

// errNoStop tells that a process could not be stopped, although it may be read.
var errNoStop = errors.New("it cannot be stopped")

// stop calls f while all threads of a process stand still, with their registers
// by thread number, and lets them go. It returns how long that took.
//
// Whatever happens, they go on: ptrace belongs to the thread that asked for it,
// and that thread ends here.
func stop(ctx context.Context, pid int, f func(map[int]registers) error) (took time.Duration, err error) {
	err = onThreadOfItsOwn(func() error {
		begin := time.Now()
		t := tracer{pid: pid, threads: map[int]*tracee{}}
		defer func() {
			t.release()
			took = time.Since(begin)
		}()
		if err := t.stopAll(ctx); err != nil {
			return err
		}
		return f(t.registers())
	})
	return took, err
}

// onThreadOfItsOwn calls f on an operating system thread that ends afterwards.
func onThreadOfItsOwn(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		if unix.Gettid() == unix.Getpid() {
			// The main thread never ends: take another while this one is held.
			err := onThreadOfItsOwn(f)
			runtime.UnlockOSThread()
			done <- err
			return
		}
		done <- f()
	}()
	return <-done
}

// A tracer stops the threads of one process.
type tracer struct {
	pid     int
	threads map[int]*tracee
}

type tracee struct {
	stopped bool
	signal  unix.Signal // that it was about to get when it stopped; 0: none
}

// stopAll stops all threads, those included that are made meanwhile.
func (t *tracer) stopAll(ctx context.Context) error {
	begin := time.Now()
	for {
		tids, err := threads(t.pid)
		if err != nil {
			return ErrEnded
		}
		fresh := false
		for _, tid := range tids {
			if t.threads[tid] != nil {
				continue
			}
			switch err := t.seize(tid); {
			case errors.Is(err, unix.ESRCH): // it has just ended
			case err != nil:
				return err
			default:
				fresh = true
			}
		}
		if !fresh {
			break
		}
		if err := t.await(ctx, begin); err != nil {
			return err
		}
	}
	if len(t.threads) == 0 {
		return ErrEnded
	}
	return nil
}

// seize makes a thread stop soon.
func (t *tracer) seize(tid int) error {
	if err := ptrace(unix.PTRACE_SEIZE, tid, 0); err != nil {
		if s, e := readStatus(t.pid, tid); e == nil && (s.state == "Z" || s.state == "X") || errors.Is(e, fs.ErrNotExist) {
			return unix.ESRCH // a main thread that has ended before the others
		}
		if err == unix.ESRCH {
			return err
		}
		return fmt.Errorf("%w: %w", errNoStop, err)
	}
	if err := ptrace(unix.PTRACE_INTERRUPT, tid, 0); err != nil {
		return err
	}
	t.threads[tid] = &tracee{}
	return nil
}

// await waits until all seized threads stand still.
func (t *tracer) await(ctx context.Context, begin time.Time) error {
	for {
		running, one := 0, 0
		for tid, th := range t.threads {
			if th.stopped {
				continue
			}
			var ws unix.WaitStatus
			switch got, err := unix.Wait4(tid, &ws, unix.WALL|unix.WNOHANG, nil); {
			case err == unix.EINTR || err == nil && got == 0:
				running, one = running+1, tid
			case err != nil || ws.Exited() || ws.Signaled():
				delete(t.threads, tid)
			default:
				th.stopped = true
				// PTRACE_EVENT_STOP is ours (or job control's); otherwise it is
				// about to get a signal, which it shall have.
				if uint32(ws)>>16 != unix.PTRACE_EVENT_STOP {
					th.signal = ws.StopSignal()
				}
			}
		}
		if running == 0 {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if waited := time.Since(begin); waited > maxBlocked {
			s, err := readStatus(t.pid, one)
			if waited > maxWait || err == nil && s.state != "R" {
				return fmt.Errorf("%w: %d of its threads do not come out of the kernel", errNoStop, running)
			}
		}
		unix.Nanosleep(&unix.Timespec{Nsec: 20_000}, nil)
	}
}

func (t *tracer) registers() map[int]registers {
	all := make(map[int]registers, len(t.threads))
	for tid := range t.threads {
		if r, err := readRegisters(tid); err == nil {
			all[tid] = r
		}
	}
	return all
}

// release lets all threads go.
func (t *tracer) release() {
	for tid, th := range t.threads {
		// One that does not stand still is let go when this thread ends.
		_ = ptrace(unix.PTRACE_DETACH, tid, uintptr(th.signal))
	}
}

func ptrace(request, tid int, data uintptr) error {
	if _, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), 0, data, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

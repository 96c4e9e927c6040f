// Command spawn measures goroutines from inside: it starts them from a stack
// of a known depth, in a goroutine that is a known number of go statements
// away from main, and prints what they cost as one line of JSON.
//
// As many goroutines as GOMAXPROCS says do so at the same time.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
)

var (
	stack = flag.Int("stack", 20, "frames on the stack of each go statement, 3 or more")
	chain = flag.Int("chain", 5, "go statements between main and the goroutine that is measured, 1 or more")
	n     = flag.Int("n", 100_000, "goroutines to start")
	park  = flag.Bool("park", false, "park them and print the memory of the process, instead of joining them one by one and printing the time")
)

func main() {
	flag.Parse()
	var result any
	var err error
	if *park {
		result, err = parked()
	} else {
		result, err = joined()
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "spawn:", err)
		os.Exit(1)
	}
}

type times struct {
	CPU  float64 `json:"cpu"`  // ns for each goroutine, user and system
	Wall float64 `json:"wall"` // ns for each goroutine of one spawner
}

// joined starts goroutines and waits for each before it starts the next.
func joined() (times, error) {
	spawners := runtime.GOMAXPROCS(0)
	each := max(1, *n/spawners)
	var ready, end sync.WaitGroup
	begin := make(chan struct{})
	warmUp := each / 10 // leaves free goroutines to reuse, and the labels
	work := func() {
		done := make(chan struct{})
		child := func() { done <- struct{}{} } // made once: go child() allocates nothing
		for i := range warmUp + each {
			if i == warmUp {
				ready.Done()
				<-begin
			}
			go child()
			<-done
		}
		end.Done()
	}
	ready.Add(spawners)
	end.Add(spawners)
	for range spawners {
		descend(*stack, *chain, *chain, work)
	}
	ready.Wait()
	runtime.GC()

	cpu, err := cpuTime()
	if err != nil {
		return times{}, err
	}
	start := time.Now()
	close(begin)
	end.Wait()
	wall := time.Since(start)
	cpuEnd, err := cpuTime()
	if err != nil {
		return times{}, err
	}
	return times{
		CPU:  float64(cpuEnd-cpu) / float64(each*spawners),
		Wall: float64(wall) / float64(each),
	}, nil
}

type memory struct {
	RSS float64 `json:"rss"` // bytes of the process for each goroutine
}

// parked starts goroutines that stay, and weighs the process.
func parked() (memory, error) {
	var ready sync.WaitGroup
	never := make(chan struct{})
	ready.Add(*n)
	descend(*stack, *chain, *chain, func() {
		child := func() {
			ready.Done()
			<-never
		}
		for range *n {
			go child()
		}
	})
	ready.Wait()
	debug.FreeOSMemory() // garbage of the way here is not what a goroutine costs
	rss, err := residentSize()
	return memory{float64(rss) / float64(*n)}, err
}

// descend goes down to a stack of so many frames, counted from the root of
// the goroutine (in main it is a few more). There it starts the next
// generation, or does the work if this is the last. The way down goes by the
// digits of an id: a go statement on a stack that is in the chain already
// would be kept as a repetition, and the chain would not get longer.
//
//go:noinline
func descend(frames, id, generations int, work func()) {
	last := 1
	if generations == 0 {
		last = 2 // work is a frame as well
	}
	if frames > last {
		switch id % 5 {
		case 0:
			descend(frames-1, id/5, generations, work)
		case 1:
			descend(frames-1, id/5, generations, work)
		case 2:
			descend(frames-1, id/5, generations, work)
		case 3:
			descend(frames-1, id/5, generations, work)
		case 4:
			descend(frames-1, id/5, generations, work)
		}
		return
	}
	if generations == 0 {
		work()
		return
	}
	go func() { // a frame, too
		descend(*stack-1, generations-1, generations-1, work)
	}()
}

func cpuTime() (time.Duration, error) {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0, fmt.Errorf("reading the CPU time: %w", err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()), nil
}

// residentSize returns the resident memory of this process, in bytes (Linux:
// proc_pid_status(5)).
func residentSize() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("reading the resident memory: %w", err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var kB int64
		if n, _ := fmt.Sscanf(lines.Text(), "VmRSS: %d kB", &kB); n == 1 {
			return kB << 10, nil
		}
	}
	return 0, fmt.Errorf("reading the resident memory: no VmRSS in /proc/self/status")
}

// Program target starts goroutines in every way there is, holds them, and
// lets its memory be read: the other end of the tests of package spawnlabel.
//
// It prints one line of JSON, then answers requests on its standard input
// until that ends: "mem ADDR LEN" with LEN bytes in hex, "sym PC,PC,..." (all
// numbers in hex) with the functions of a stack as runtime.CallersFrames
// names them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"unsafe"
)

// hook is added to the runtime by the tests.
//
//go:linkname hook runtime.spawnTestHook
func hook() (g, format, memory uintptr)

// A stop is a goroutine that has arrived where its scenario wants it.
type stop struct {
	Name  string
	G     uintptr
	Stack string // as the runtime prints it, with the ancestors if they are recorded
}

var (
	mu      sync.Mutex
	stops   []stop
	arrived = make(chan string)
	forever = make(chan bool)
)

// here tells of the running goroutine and holds it forever.
func here(name string) {
	g, _, _ := hook()
	mu.Lock()
	stops = append(stops, stop{name, g, string(debug.Stack())})
	mu.Unlock()
	arrived <- name
	<-forever
}

// scenarios are run one after the other, each in a goroutine of its own, and
// waited for until they have arrived once.
var scenarios = map[string]func(){}

var order []string

func scenario(name string, run func()) int {
	scenarios[name] = run
	order = append(order, name)
	return 0
}

func main() {
	debug.SetMaxStack(1 << 28)
	initDone <- true
	<-arrived
	for _, name := range order {
		start(scenarios[name])
		if got := <-arrived; got != name {
			panic("arrived at " + got + " instead of " + name)
		}
	}
	_, format, memory := hook()
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(map[string]any{"Format": format, "Memory": memory, "Stops": stops}); err != nil {
		panic(err)
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		fmt.Println(answer(strings.Fields(in.Text())))
	}
}

func start(run func()) {
	go run()
}

func answer(request []string) string {
	switch request[0] {
	case "mem":
		n, _ := strconv.Atoi(request[2])
		return fmt.Sprintf("%x", unsafe.Slice((*byte)(pointer(request[1])), n))
	case "sym":
		var pcs []uintptr
		for _, s := range strings.Split(request[1], ",") {
			pcs = append(pcs, uintptr(pointer(s)))
		}
		var names []string
		frames := runtime.CallersFrames(pcs)
		for {
			f, more := frames.Next()
			names = append(names, f.Function)
			if !more {
				return strings.Join(names, " ")
			}
		}
	}
	panic("unknown request")
}

// pointer makes a pointer of a hexadecimal number, by a way that checkptr and
// vet do not mind.
func pointer(hex string) (p unsafe.Pointer) {
	n, err := strconv.ParseUint(hex, 16, 64)
	if err != nil {
		panic(err)
	}
	*(*uintptr)(unsafe.Pointer(&p)) = uintptr(n)
	return p
}

// Program inlined starts goroutines out of calls that the compiler inlines into
// one another, and writes down, for each, what runtime.CallersFrames says of the
// stack at its go statement: lines of JSON, in the file that its argument names.
// A call of here stands on the line of each go statement, so that both have the
// same calls at the same lines below them.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/dlvx/dlvx/internal/e2e/testdata/inlined/lib"
)

// A scenario is one go statement that was executed.
type scenario struct {
	Name   string
	Frames []runtime.Frame
}

// out is where the scenarios are written.
var out = func() *json.Encoder {
	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	return json.NewEncoder(file)
}()

// here writes the stack of its caller down.
//
//go:noinline
func here(name string) {
	pcs := make([]uintptr, 200)
	pcs = pcs[:runtime.Callers(2, pcs)]
	s := scenario{Name: name}
	for frames, more := runtime.CallersFrames(pcs), true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		f.Func = nil // not for JSON
		s.Frames = append(s.Frames, f)
	}
	if err := out.Encode(s); err != nil {
		panic(err)
	}
}

// park is what the goroutines do.
//
//go:noinline
func park(string) { select {} }

func leaf(name string)   { here(name); go park(name) }
func middle(name string) { leaf(name) }
func outer(name string)  { middle(name) }

type tree struct{ left, right *tree }

// walk cannot be inlined, what it calls can.
func (t *tree) walk(visit func(*tree)) {
	if t == nil {
		return
	}
	t.left.walk(visit)
	visit(t)
	t.right.walk(visit)
}

type counter struct{ n int }

func (c *counter) add()               { c.n++ }
func (c *counter) spawn(name string)  { c.add(); c.really(name) }
func (c *counter) really(name string) { here(name); go park(name) }
func (c counter) byValue(name string) { here(name); go park(name) }

type embedding struct{ counter }

type spawner interface{ byValue(name string) }

func generic[T any](v T, name string) T { genericLeaf[T](name); return v }
func genericLeaf[T any](name string)    { here(name); go park(name) }

var global = func() int { outer("variable"); return 1 }()

func init() { outer("init") }

func main() {
	outer("three deep")
	func() { leaf("first on a line"); leaf("second on a line") }()
	func() { outer("literal") }()
	name := "captured"
	f := func() { outer(name) }
	f()
	deferred()
	recovered()
	new(counter).spawn("method")
	counter.byValue(counter{}, "method expression")
	method := (&counter{}).really
	call(func() { method("method value") })
	var s spawner = embedding{}
	s.byValue("interface")
	anySpawner(&embedding{}).byValue("promoted")
	generic(1, "generic int")
	generic("", "generic string")
	generic([]byte{}, "generic slice")
	lib.Twice(func() { outer("package") })
	lib.Direct{}.Spawn(func() { outer("devirtualised") })
	lib.Each([]string{"a", "b"}, func(v string) { outer("each " + v) })
	for v := range lib.Seq([]string{"a", "b"}) {
		outer("range " + v)
	}
	new(sync.Once).Do(func() { outer("once") })
	slices.SortFunc([]int{2, 1}, func(a, b int) int { outer("sort func"); return a - b })
	sort.Slice([]int{2, 1}, func(i, j int) bool { outer("sort slice"); return i < j })
	strings.Map(func(r rune) rune { outer("map"); return r }, "x")
	(&tree{left: &tree{}}).walk(func(t *tree) {
		if t.left == nil {
			outer("recursive")
		}
	})
	loop(3)
	closures()()()
	switch x := any(counter{}).(type) {
	case fmt.Stringer:
		_ = x.String()
	case counter:
		x.byValue("switch")
	}
	done := make(chan bool)
	go func() { outer("second generation"); done <- true }()
	<-done
	var wg sync.WaitGroup
	wg.Add(1)
	go worker(&wg, "go with arguments")
	wg.Wait()
	time.AfterFunc(0, func() { outer("timer"); done <- true })
	<-done
	fmt.Println("ready")
	time.Sleep(time.Hour)
}

//go:noinline
func call(f func()) { f() }

//go:noinline
func anySpawner(s spawner) spawner { return s }

func deferred() {
	defer outer("deferred")
	defer func() { outer("deferred literal") }()
}

func recovered() {
	defer func() {
		recover()
		outer("recovered")
	}()
	var p *counter
	p.add()
}

func loop(n int) {
	for i := range n {
		if i%2 == 0 {
			outer(fmt.Sprint("even ", i))
		} else {
			outer(fmt.Sprint("odd ", i))
		}
	}
}

func closures() func() func() {
	return func() func() {
		outer("closure")
		return func() { outer("closure of a closure") }
	}
}

func worker(wg *sync.WaitGroup, name string) {
	defer wg.Done()
	outer(name)
}

// stop: pause when ready

// want stack of main.main at pause:
//	main.main

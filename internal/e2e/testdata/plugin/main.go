// Program plugin loads a plugin, which starts a goroutine that waits. Its
// argument is the plugin's path.
package main

import (
	"fmt"
	"os"
	"plugin"
	"time"
)

func main() {
	jobs, loaded := make(chan int), make(chan bool)
	go load(jobs, loaded) //@go-load
	go ready(loaded)
	select {}
}

// ready is not main's to say: it would be seen while it still says so.
func ready(loaded chan bool) {
	<-loaded
	fmt.Println("ready")
	time.Sleep(time.Hour)
}

func load(jobs chan int, loaded chan bool) {
	p, err := plugin.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	start, err := p.Lookup("Start")
	if err != nil {
		panic(err)
	}
	start.(func(chan int))(jobs) //@start
	loaded <- true
}

// stop: pause when ready

// want stack of @work at pause:
//	github.com/dlvx/dlvx/internal/e2e/testdata/plugin/plug.work work
//	---- created by goroutine $a (exited)
//	github.com/dlvx/dlvx/internal/e2e/testdata/plugin/plug.Start go-work
//	main.load start
//	---- created by goroutine 1 [select (no cases)]
//	main.main go-load

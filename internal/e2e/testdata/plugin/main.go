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
	<-loaded
	fmt.Println("ready")
	time.Sleep(time.Hour) //@park
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
//	---- created by goroutine 1 [sleep]
//	main.main go-load

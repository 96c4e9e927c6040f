// Program signals listens for os.Interrupt: os/signal runs a goroutine of its
// own from the first Notify on.
package main

import (
	"os"
	"os/signal"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	stop := listen()  //@listen
	go shutdown(stop) //@go-shutdown
	go ready()
	select {} //@main
}

func listen() chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt) //@notify
	return c
}

func shutdown(stop chan os.Signal) {
	<-stop //@shutdown
	os.Exit(0)
}

func ready() {
	settle.Waiting("main.shutdown", "chan receive", 1)
	settle.Waiting("main.main", "select (no cases)", 1)
	settle.Ready()
}

// stop: pause when ready

// want stack of @shutdown at pause:
//	main.shutdown shutdown
//	---- created by goroutine 1 [select (no cases)]
//	main.main go-shutdown

// want stack of os/signal.loop at pause:
//	os/signal.signal_recv
//	os/signal.loop
//	---- created by goroutine 1 [select (no cases)]
//	...
//	os/signal.Notify
//	main.listen notify
//	main.main listen

// Command service uses what starts goroutines of its own in the standard
// library. None of those is the user's, but for those that are in his code.
package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"github.com/dlvx/dlvx/debugmode/testdata/answers/settled"
)

var (
	hold    = make(chan int)
	entered = make(chan int)
)

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	server := &http.Server{Handler: http.HandlerFunc(handle)}
	go server.Serve(listener) // want pending 1 net/http.(*Server).Serve [IO wait]

	// A connection that is kept, by the client and the server.
	url := "http://" + listener.Addr().String()
	answer, err := http.Get(url + "/quick")
	check(err)
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()

	// Requests whose handlers hang.
	for range 2 {
		go func() { // want pending 2 main.main.func1 [select]
			http.Get(url + "/slow")
		}()
		<-entered
	}

	cmd := exec.Command("cat")
	_, err = cmd.StdinPipe()
	check(err)
	check(cmd.Start())
	go cmd.Wait() // want pending 1 os/exec.(*Cmd).Wait [syscall]

	time.AfterFunc(0, expired)
	<-entered
	settled.But(0)
}

func handle(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/slow" {
		entered <- 1
		<-hold // want pending 2 net/http.(*conn).serve [chan receive]
	}
}

func expired() {
	entered <- 1
	<-hold // want pending 1 main.expired [chan receive]
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

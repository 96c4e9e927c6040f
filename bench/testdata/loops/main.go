// Command loops does one thing over and over, and prints the CPU time that it
// took, user and system, as one line of JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"syscall"
)

var (
	what = flag.String("what", "pingpong", "http, pingpong, mutex or syscall")
	n    = flag.Int("n", 100_000, "how often")
)

func main() {
	flag.Parse()
	loops := map[string]func(n int) error{"http": requests, "pingpong": pingpong, "mutex": mutex, "syscall": syscalls}
	loop := loops[*what]
	if loop == nil {
		fmt.Fprintln(os.Stderr, "loops: no loop", *what)
		os.Exit(2)
	}
	err := loop(max(1, *n/10)) // to warm up
	before := cpu()
	if err == nil {
		err = loop(*n)
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(map[string]float64{"cpu": (cpu() - before) / float64(*n)})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "loops:", err)
		os.Exit(1)
	}
}

// cpu returns the CPU time of this process in nanoseconds.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

// requests are answered over loopback connections that are kept.
func requests(n int) error {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }))
	defer server.Close()
	client := server.Client()
	errs := make(chan error)
	const clients = 4
	for range clients {
		go func() {
			for range n / clients {
				answer, err := client.Get(server.URL)
				if err != nil {
					errs <- err
					return
				}
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
			errs <- nil
		}()
	}
	var err error
	for range clients {
		if e := <-errs; e != nil {
			err = e
		}
	}
	return err
}

func pingpong(n int) error {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v
		}
		close(pong)
	}()
	for i := range n {
		ping <- i
		<-pong
	}
	close(ping)
	<-pong
	return nil
}

func mutex(n int) error {
	var mu sync.Mutex
	var all sync.WaitGroup
	count := 0
	for range 4 {
		all.Go(func() {
			for range n / 4 {
				mu.Lock()
				count++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return nil
}

func syscalls(n int) error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	buf := make([]byte, 1)
	for range n {
		if _, err := syscall.Read(int(null.Fd()), buf); err != nil {
			return err
		}
	}
	return nil
}

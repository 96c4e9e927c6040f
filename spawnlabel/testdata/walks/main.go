// Program walks starts many goroutines on stacks of the standard library, and
// prints how many stacks were walked and how many of these walks were wrong.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/rpc"
	"os/exec"
	"sort"
	"sync"
	"time"
	_ "unsafe" // for linkname
)

//go:linkname counts runtime.spawnTestCounts
func counts() (walks, wrong uint64)

func main() {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			serve(i%2 == 0, i%4 < 2)
		}()
	}
	wg.Wait()
	remote()
	run()
	sortInParallel()
	fmt.Println(counts())
}

// serve makes requests to a server, with TLS and HTTP/2 or without, on
// connections that are kept or closed.
func serve(tls, closing bool) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make(chan []byte)
		go func() { b, _ := io.ReadAll(r.Body); body <- b }()
		w.Write(<-body)
	}))
	s.EnableHTTP2 = true
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	defer s.Close()
	client := s.Client()
	client.Timeout = time.Minute
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 25 {
				req, _ := http.NewRequest("POST", s.URL, bytes.NewReader(make([]byte, 10_000)))
				req.Close = closing
				resp, err := client.Do(req)
				if err != nil {
					panic(err)
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		}()
	}
	wg.Wait()
}

type Echo struct{}

func (Echo) Echo(in int, out *int) error { *out = in; return nil }

// remote calls by net/rpc, which calls methods by reflection.
func remote() {
	s := rpc.NewServer()
	s.Register(Echo{})
	a, b := net.Pipe()
	go s.ServeConn(a)
	c := rpc.NewClient(b)
	defer c.Close()
	for i := range 100 {
		var out int
		if err := c.Call("Echo.Echo", i, &out); err != nil || out != i {
			panic(err)
		}
	}
}

// run runs programs, which os/exec attends to with goroutines.
func run() {
	for range 3 {
		cmd := exec.Command("go", "version")
		cmd.Stdin = bytes.NewReader(nil)
		if _, err := cmd.CombinedOutput(); err != nil {
			panic(err)
		}
	}
}

// sortInParallel starts goroutines in callbacks and deferred calls.
func sortInParallel() {
	var wg sync.WaitGroup
	x := make([]int, 500)
	sort.Slice(x, func(i, j int) bool {
		wg.Add(1)
		defer func() { go wg.Done() }()
		return x[i] < x[j]
	})
	wg.Wait()
}

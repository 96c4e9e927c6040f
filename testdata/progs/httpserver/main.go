// Program httpserver stops in a handler that net/http calls, and in a goroutine
// that the handler has started.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go get("http://" + l.Addr().String()) //@go-get
	serve(l)                              //@serve
}

func serve(l net.Listener) {
	fmt.Println(http.Serve(l, http.HandlerFunc(handle))) //@http-serve
}

func handle(w http.ResponseWriter, r *http.Request) {
	done := make(chan bool)
	go audit(r.URL.Path, done) //@go-audit
	<-done                     //@audited
}

func audit(path string, done chan bool) {
	settle.Waiting("main.handle", "chan receive", 1)
	settle.Waiting("main.main", "IO wait", 1)
	fmt.Println("audit", path) //@stop
	done <- true
}

func get(url string) {
	resp, err := http.Get(url)
	if err == nil {
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

// stop: breakpoint stop

// want stack at stop:
//	main.audit stop
//	---- created by goroutine $a [chan receive]
//	main.handle go-audit
//	net/http.HandlerFunc.ServeHTTP
//	net/http.serverHandler.ServeHTTP
//	net/http.(*conn).serve
//	---- created by goroutine 1 [IO wait]
//	net/http.(*Server).Serve
//	net/http.Serve
//	main.serve http-serve
//	main.main serve

// want stack of @audited at stop:
//	main.handle audited
//	...
//	net/http.(*conn).serve
//	---- created by goroutine 1 [IO wait]
//	net/http.(*Server).Serve
//	net/http.Serve
//	main.serve http-serve
//	main.main serve

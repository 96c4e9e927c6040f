// Program pause is a small server at rest, to be paused: two listeners, a
// stage of workers each, a reporter; all of them were set up by functions and
// goroutines that have returned.
package main

import (
	"net"
	"sync"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

type server struct {
	jobs chan net.Conn
	wg   sync.WaitGroup
}

func main() {
	users, orders := new(server), new(server)
	var setup sync.WaitGroup
	setup.Add(2)
	go users.boot(2, &setup)  //@go-users
	go orders.boot(1, &setup) //@go-orders
	setup.Wait()
	go ready()
	users.wg.Wait() //@main
}

func (s *server) boot(workers int, setup *sync.WaitGroup) {
	defer setup.Done()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s.jobs = make(chan net.Conn)
	s.wg.Add(1)
	go s.listen(l, workers) //@go-listen
}

func (s *server) listen(l net.Listener, workers int) {
	defer s.wg.Done()
	for range workers {
		s.addWorker() //@add-worker
	}
	for {
		conn, err := l.Accept() //@accept
		if err != nil {
			return
		}
		s.jobs <- conn
	}
}

func (s *server) addWorker() {
	go s.work() //@go-work
}

func (s *server) work() {
	for conn := range s.jobs { //@work
		conn.Close()
	}
}

func ready() {
	settle.Left(7)
	settle.Waiting("main.(*server).work", "chan receive", 3)
	settle.Waiting("main.(*server).listen", "IO wait", 2)
	settle.Waiting("main.main", "sync.WaitGroup.Wait", 1)
	settle.Ready()
}

// stop: pause when ready

// want stack of main.main at pause:
//	sync.(*WaitGroup).Wait
//	main.main main

// want 2 stacks of main.(*server).listen at pause:
//	...
//	net.(*TCPListener).Accept
//	main.(*server).listen accept
//	---- created by goroutine $a (exited)
//	main.(*server).boot go-listen
//	---- created by goroutine 1 [sync.WaitGroup.Wait]
//	main.main

// want 3 stacks of main.(*server).work at pause:
//	main.(*server).work work
//	---- created by goroutine $b [IO wait]
//	main.(*server).addWorker go-work
//	main.(*server).listen add-worker
//	---- created by goroutine $a (exited)
//	main.(*server).boot go-listen
//	---- created by goroutine 1 [sync.WaitGroup.Wait]
//	main.main

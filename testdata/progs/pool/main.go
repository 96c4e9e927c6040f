// Program pool is a worker pool that waits for jobs, made by a constructor that
// has returned: pause-and-inspect.
package main

import "github.com/dlvx/dlvx/testdata/progs/internal/settle"

type pool struct{ jobs chan func() }

func newPool(size int) *pool {
	p := &pool{jobs: make(chan func())}
	for range size {
		go p.work() //@go-work
	}
	return p
}

func (p *pool) work() {
	for job := range p.jobs { //@next-job
		job()
	}
}

func main() {
	newPool(3)             //@new-pool
	idle := newPool(0)     // nobody works for it
	go ready()             //@go-ready
	idle.jobs <- func() {} //@send
}

func ready() {
	settle.Waiting("main.(*pool).work", "chan receive", 3)
	settle.Waiting("main.main", "chan send", 1)
	settle.Ready()
}

// stop: pause when ready

// want 3 stacks of main.(*pool).work at pause:
//	main.(*pool).work next-job
//	---- created by goroutine 1 [chan send]
//	main.newPool go-work
//	main.main new-pool

// want stack of @send at pause:
//	main.main send

// Program errgroup runs tasks in a group like golang.org/x/sync/errgroup: the
// go statement is in the group, which hides who asked for the goroutine.
package main

import (
	"errors"
	"fmt"
	"sync"

	"github.com/dlvx/dlvx/testdata/progs/internal/settle"
)

type group struct {
	wg   sync.WaitGroup
	once sync.Once
	err  error
}

func (g *group) Go(f func() error) {
	g.wg.Add(1)
	go func() { //@go-task
		defer g.wg.Done()
		if err := f(); err != nil { //@task
			g.once.Do(func() { g.err = err })
		}
	}()
}

func (g *group) Wait() error {
	g.wg.Wait()
	return g.err
}

func main() {
	fmt.Println(fetchAll())
}

func fetchAll() error {
	var g group
	g.Go(fetchUsers)  //@users
	g.Go(fetchOrders) //@orders
	return g.Wait()
}

func fetchUsers() error { return nil }

func fetchOrders() error {
	settle.Left(2)
	settle.Waiting("main.fetchAll", "sync.WaitGroup.Wait", 1)
	return errors.New("no orders") //@stop
}

// stop: breakpoint stop

// want stack at stop:
//	main.fetchOrders stop
//	main.(*group).Go.func1 task
//	---- created by goroutine 1 [sync.WaitGroup.Wait]
//	main.(*group).Go go-task
//	main.fetchAll orders
//	main.main

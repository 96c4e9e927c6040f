// Command quiet blocks in all the ways there are for as long as its argument
// says, and never runs for long.
package main

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

func main() {
	d, err := time.ParseDuration(os.Args[1])
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var all sync.WaitGroup
	again := func(f func()) {
		all.Go(func() {
			for ctx.Err() == nil {
				f()
			}
		})
	}
	for range 100 {
		again(func() { time.Sleep(5 * time.Millisecond) })
	}
	ping, pong := make(chan int), make(chan int)
	all.Go(func() {
		for v := range ping {
			pong <- v
		}
	})
	all.Go(func() {
		for ctx.Err() == nil {
			ping <- 1
			<-pong
			time.Sleep(time.Millisecond)
		}
		close(ping)
	})
	var mu sync.Mutex
	for range 10 {
		again(func() {
			mu.Lock()
			time.Sleep(time.Millisecond)
			mu.Unlock()
		})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go io.Copy(conn, conn)
		}
	}()
	again(func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		for range 100 {
			conn.Write([]byte("x"))
			io.ReadFull(conn, make([]byte, 1))
			time.Sleep(time.Millisecond)
		}
	})
	all.Wait()
	listener.Close()
}

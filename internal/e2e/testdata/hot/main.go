// Program hot is at its breakpoint all the time, and says that it goes on.
package main

import "fmt"

//go:noinline
func hot(n int) int {
	return n + 1
}

func main() {
	work := make(chan int)
	for range 4 {
		go func() {
			for n := range work {
				hot(n)
			}
		}()
	}
	for n := 0; ; n++ {
		if n%10000 == 0 {
			fmt.Println("still here")
		}
		work <- n
	}
}

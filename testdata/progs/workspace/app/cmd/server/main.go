// Command server is one of two main packages in a module of a workspace.
package main

import (
	"fmt"

	"example.com/lib"
)

func main() {
	lib.Each([]string{"users"}, serve) //@each
}

func serve(name string) {
	fmt.Println("serving", name) //@stop
}

// package: ./app/cmd/server
// stop: breakpoint stop

// want stack at stop:
//	main.serve stop
//	example.com/lib.Each.func1 call
//	---- created by goroutine 1
//	example.com/lib.Each go-item
//	main.main each

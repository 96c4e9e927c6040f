// Command hello is what a first debug session is measured on.
package main

import "fmt"

func main() {
	fmt.Println("hello, world")
}

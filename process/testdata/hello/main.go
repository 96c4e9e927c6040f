// Command hello is built by the tests with one Go release after the other.
package main

import (
	"os"
	"time"
)

func main() {
	go func() { time.Sleep(time.Hour) }()
	os.Stdin.Read(make([]byte, 1))
}

// Package plug is a plugin.
package main

// Start starts what the plugin is there for.
func Start(jobs chan int) {
	go work(jobs) //@go-work
}

func work(jobs chan int) {
	<-jobs //@work
}

func main() {}

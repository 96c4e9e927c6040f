// Program panic ends in an unrecovered panic in a goroutine whose spawner has
// exited.
package main

import "github.com/dlvx/dlvx/testdata/progs/internal/settle"

func main() {
	never := make(chan bool)
	go manager() //@go-manager
	<-never
}

func manager() {
	go worker(nil) //@go-worker
}

func worker(counts map[string]int) {
	settle.Left(2)
	settle.Waiting("main.main", "chan receive", 1)
	count(counts, "jobs") //@count
}

func count(counts map[string]int, name string) {
	counts[name]++ //@assign
}

// stop: panic

// want stack at panic:
//	main.count assign
//	main.worker count
//	---- created by goroutine $a (exited)
//	main.manager go-worker
//	---- created by goroutine 1 [chan receive]
//	main.main go-manager

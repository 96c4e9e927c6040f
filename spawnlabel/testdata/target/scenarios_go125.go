//go:build go1.25

package main

import "sync"

var _ = scenario("waitgroup", waitGroup)

func waitGroup() {
	var wg sync.WaitGroup
	wg.Go(waitGroup1)
	wg.Wait()
}

func waitGroup1() { here("waitgroup") }

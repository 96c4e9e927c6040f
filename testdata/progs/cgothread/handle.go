package main

import "C"

// handle is in a file of its own: one that exports may not define C functions.
//
//export handle
func handle() {
	go report() //@go-report
}

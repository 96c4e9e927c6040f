package main

import "errors"

// execTest is not used: there is no debug mode on Windows.
func execTest([]string) (status int, err error) {
	return 1, errors.New("there is no debug mode on Windows")
}

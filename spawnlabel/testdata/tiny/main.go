// Program tiny is the smallest program with a go statement.
package main

func main() {
	done := make(chan bool)
	go func() { done <- true }()
	<-done
	println("tiny")
}

// Package gotest is stopped in its test.
package gotest

// Sum adds numbers in a goroutine.
func Sum(numbers ...int) int {
	out := make(chan int)
	go add(numbers, out) //@go-add
	return <-out
}

func add(numbers []int, out chan int) {
	sum := 0
	for _, n := range numbers {
		sum += n
	}
	out <- sum //@stop
}

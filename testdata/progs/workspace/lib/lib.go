// Package lib is in another module of the workspace.
package lib

// Each calls f with each item in a goroutine of its own and waits for all.
func Each(items []string, f func(string)) {
	done := make(chan bool)
	for _, item := range items {
		go func() { //@go-item
			f(item) //@call
			done <- true
		}()
	}
	for range items {
		<-done
	}
}

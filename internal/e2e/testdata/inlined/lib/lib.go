// Package lib holds functions of another package and another file that are
// inlined into the program's own.
package lib

// Twice calls f, which is inlined into it when it is known.
func Twice(f func()) {
	once(f)
}

func once(f func()) { f() }

// A Spawner starts goroutines.
type Spawner interface{ Spawn(f func()) }

// Direct starts them at once.
type Direct struct{}

// Spawn is small enough to be inlined where the type is known.
func (Direct) Spawn(f func()) { f() }

// Each calls f with each element.
func Each[T any](all []T, f func(T)) {
	for _, v := range all {
		f(v)
	}
}

// Seq yields each element.
func Seq[T any](all []T) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for _, v := range all {
			if !yield(v) {
				return
			}
		}
	}
}

package goruntime

import (
	"math/rand/v2"
	"testing"
)

// TestIDIndex holds the index against a map while goroutines come and go.
func TestIDIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := scanner{ids: make([]int64, 500)}
	want := map[int64]int32{}
	for id := int64(1); id < 20_000; id++ {
		position := int32(random.IntN(len(s.ids)))
		delete(want, s.ids[position])
		if id%7 == 0 {
			s.note(position, 0)
			continue
		}
		s.note(position, id)
		want[id] = position
		old := random.Int64N(id + 10)
		got, ok := s.index.find(s.ids, old)
		if at, lives := want[old]; ok != lives || ok && got != at {
			t.Fatalf("goroutine %d is found at %d, %v; want %d, %v", old, got, ok, at, lives)
		}
	}
	for id, at := range want {
		if got, ok := s.index.find(s.ids, id); !ok || got != at {
			t.Errorf("goroutine %d is found at %d, %v; want %d", id, got, ok, at)
		}
	}
}

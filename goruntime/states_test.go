package goruntime

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
)

func TestStates(t *testing.T) {
	const running, dead = 2, statusDead
	r := newTestReader(newImage([11]uint64{1, 0, 0, 0, statusWaiting}, [11]uint64{5, 1, 0, 0, dead}, [11]uint64{7, 1, 0, 0, running}))
	got, err := r.States(t.Context(), []int64{1, 5, 7, 99})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[int64]stitch.State{1: {Status: "waiting"}, 7: {Status: "running"}}, got); d != "" {
		t.Error(d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.States(ctx, []int64{1}); !errors.Is(err, context.Canceled) {
		t.Errorf("of a cancelled question: %v", err)
	}
}

// primed notes which position of allgs it was told.
type primed struct {
	*image
	positions []int
}

func (p *primed) Prime(position int) error {
	p.positions = append(p.positions, position)
	return nil
}

func TestFind(t *testing.T) {
	s := &primed{image: newImage([11]uint64{1, 0, 0, 0, statusWaiting}, [11]uint64{5, 1, 0, 0, statusWaiting})}
	r := NewReader(s, slog.New(slog.DiscardHandler))
	if ok, err := r.Find(5); err != nil || !ok || !cmp.Equal(s.positions, []int{1}) {
		t.Errorf("found %v, primed %v, %v: want position 1", ok, s.positions, err)
	}
	reads := s.reads
	if ok, err := r.Find(9); err != nil || ok || s.reads != reads {
		t.Errorf("a goroutine that is not there: %v, %v, after %d reads", ok, err, s.reads-reads)
	}
	s.put(testG+0x1100+4*8, statusDead)
	r.Reset()
	if ok, err := r.Find(5); err != nil || ok {
		t.Errorf("one that has exited: %v, %v", ok, err)
	}
	s.put(testG+0x1100, 12) // its g serves another one
	if ok, err := r.Find(5); err != nil || ok {
		t.Errorf("one that has exited long ago: %v, %v", ok, err)
	}
	if ok, err := newTestReader(s.image).Find(5); err != nil || !ok {
		t.Errorf("a session that cannot be primed: %v, %v", ok, err)
	}
}

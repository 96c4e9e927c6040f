package stitch

import "time"

// A Tally sums up what several goroutines are doing.
type Tally struct {
	Alive   int            // how many they are
	Blocked int            // how many of them wait for something (see [State.Blocked])
	Longest time.Duration  // the longest that any of them has been waiting; 0: not known, or none waits
	States  map[string]int // how many are in each state, by [State.Word]; nil: there are none
}

func (t *Tally) add(s State) {
	if t.States == nil {
		t.States = map[string]int{}
	}
	t.Alive++
	t.States[s.Word()]++
	if s.Blocked() {
		t.Blocked++
	}
	t.Longest = max(t.Longest, s.For)
}

// merge adds what another tally has counted.
func (t *Tally) merge(o Tally) {
	if t.States == nil && o.States != nil {
		t.States = make(map[string]int, len(o.States))
	}
	for word, n := range o.States {
		t.States[word] += n
	}
	t.Alive += o.Alive
	t.Blocked += o.Blocked
	t.Longest = max(t.Longest, o.Longest)
}

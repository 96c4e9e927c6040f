package stitch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// picked writes picks as "id" or "id*count".
func picked(picks []Pick, left int) string {
	var words []string
	for _, p := range picks {
		word := fmt.Sprint(p.ID)
		if p.Count > 1 {
			word += fmt.Sprintf("*%d", p.Count)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ") + fmt.Sprintf(" left %d", left)
}

func TestPick(t *testing.T) {
	wait := func(seconds int) time.Duration { return time.Duration(seconds) * time.Second }
	o := Overview{
		Heads: []Head{
			{Spawner: 9, Running: true}, // what is left of one that has exited
			{Spawner: 6},
			{ID: 2, Spawner: 6, System: true, Alike: 1, For: wait(900)}, // though the selected one spawned it
			{ID: 3, System: true, Running: true},
			{ID: 7, Spawner: 4, For: wait(5), Alike: 2},
			{ID: 8, Spawner: 4, For: wait(7), Alike: 2},
			{ID: 9, Spawner: 4, For: wait(3), Alike: 3},
			{ID: 10, Spawner: 6, For: wait(1), Alike: 2},
			{ID: 11, Spawner: 99, For: wait(100), Alike: 2},
			{ID: 12, Spawner: 99, Running: true},
			{ID: 6, Spawner: 5, For: wait(2)},
			{ID: 5, Spawner: 1, Alike: 2},
			{ID: 1, For: wait(6), Alike: 4},
			{ID: 13, Spawner: 1, Running: true},
		},
		Halt: Halt{Selected: 6, Hit: []int64{13, 77}},
	}
	for _, test := range []struct {
		most   int
		alike  bool
		wanted []int64
		want   string
	}{
		// 5, 1 are the selected one's spawners; 10 is what it spawned.
		{99, false, nil, "13 6 1 5 10 12 11 8 7 9 2 3 left 0"},
		{99, true, nil, "13 6 1 5 10*4 12 9 2 3 left 0"},
		{6, false, nil, "13 6 1 5 10 12 left 6"},
		{5, true, nil, "13 6 1 5 10*4 left 4"},
		{3, true, []int64{9, 66}, "9 13 6 left 9"},
		{1, false, []int64{2, 7}, "2 left 11"},
	} {
		if got := picked(o.Pick(test.most, test.alike, test.wanted...)); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
	}
	o.Halt = Halt{}
	if got, want := picked(o.Pick(4, true)), "12 13 11*5 1 left 4"; got != want {
		t.Errorf("nowhere: %s, want %s", got, want)
	}
	if got := picked(Overview{}.Pick(4, true)); got != " left 0" {
		t.Errorf("of none: %s", got)
	}
}

// TestPickOfManySpawned: what the selected one spawned does not push out all else.
func TestPickOfManySpawned(t *testing.T) {
	o := Overview{Halt: Halt{Selected: 1}, Heads: []Head{{ID: 1}, {ID: 2, Spawner: 9, Running: true}}}
	for id := int64(10); id < 5000; id++ {
		o.Heads = append(o.Heads, Head{ID: id, Spawner: 1})
	}
	picks, left := o.Pick(1000, false)
	if at := slices.IndexFunc(picks, func(p Pick) bool { return p.ID == 2 }); at != 1+maxSpawned || left != 4992-1000 {
		t.Errorf("the one that runs comes at %d, %d left", at, left)
	}
}

// TestPickIsTheBeginning: what there is room for is the beginning of all, in any
// order of the heads.
func TestPickIsTheBeginning(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var o Overview
	for id := range 20_000 {
		o.Heads = append(o.Heads, Head{ID: int64(id + 1), For: time.Duration(random.IntN(500)), Running: id%999 == 0})
	}
	all, _ := o.Pick(len(o.Heads), false)
	random.Shuffle(len(o.Heads), func(i, j int) { o.Heads[i], o.Heads[j] = o.Heads[j], o.Heads[i] })
	if picks, left := o.Pick(math.MaxInt, false); !slices.Equal(picks, all) || left != 0 {
		t.Error("without a bound they are not all")
	}
	for _, most := range []int{1, 3, 1024, 19_999} {
		if picks, left := o.Pick(most, false); !slices.Equal(picks, all[:most]) || left != len(all)-most {
			t.Errorf("%d of them are not the first ones", most)
		}
	}
}

package render

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/stitch"
	"github.com/google/go-cmp/cmp"
)

// testWaits are goroutines that wait: 1 and 2 for each other, 3 behind them, 4 in
// a select.
func testWaits() map[int64]*stitch.Wait {
	lock := func(addr uint64, holder int64, waiters ...int64) *stitch.Object {
		o := &stitch.Object{Kind: stitch.Mutex, Addr: addr, Locked: true, Needs: []stitch.Need{{Goroutine: holder, Reason: "it has it"}}}
		for _, id := range waiters {
			o.Waiters = append(o.Waiters, stitch.Waiter{Goroutine: id, Op: stitch.OpLock})
		}
		return o
	}
	a, b := lock(0x10, 2, 1, 3), lock(0x20, 1, 2)
	jobs := &stitch.Object{Kind: stitch.Chan, Addr: 0x30, Elem: "int", Cap: 2, Waiters: []stitch.Waiter{{Goroutine: 4, Op: stitch.OpSend}}}
	done := &stitch.Object{Kind: stitch.Chan, Addr: 0x40, Waiters: []stitch.Waiter{{Goroutine: 4, Op: stitch.OpReceive}, {Goroutine: 5, Op: stitch.OpSend}}}
	one := func(op stitch.Op, on *stitch.Object) *stitch.Wait {
		return &stitch.Wait{Cases: []stitch.Case{{Op: op, On: on}}}
	}
	return map[int64]*stitch.Wait{
		1: one(stitch.OpLock, a), 2: one(stitch.OpLock, b), 3: one(stitch.OpLock, a),
		4: {Cases: []stitch.Case{{Op: stitch.OpSend, On: jobs}, {Op: stitch.OpReceive, On: done}}},
	}
}

func TestWait(t *testing.T) {
	waits := testWaits()
	for want, id := range map[string]int64{
		"\nwaits on: lock sync.Mutex 0x10, 1 other waits\n    also waiting there: 3\nwaits for: goroutine 2 (exact): it has it\n":                                                1,
		"\nwaits on: the first of 2 cases of a select\n    send to chan int 0x30 (0/2)\n    receive from chan 0x40 (0/0), 1 other waits\n        also waiting there: 5 (send)\n": 4,
		"": 7,
	} {
		var b strings.Builder
		if err := Wait(&b, id, waits[id], waits[id].Edges(id), Style{}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, b.String()); d != "" {
			t.Errorf("goroutine %d (-want +got):\n%s", id, d)
		}
	}
}

func TestManyWakers(t *testing.T) {
	group := &stitch.Object{Kind: stitch.WaitGroup, Addr: 0x10, Counter: 25, Waiters: []stitch.Waiter{{Goroutine: 1, Op: stitch.OpWait}}}
	for id := int64(11); id <= 35; id++ {
		group.Needs = append(group.Needs, stitch.Need{Goroutine: id, Reason: "it has not ended"})
	}
	wait := &stitch.Wait{Cases: []stitch.Case{{Op: stitch.OpWait, On: group}}}
	wakers := append(wait.Edges(1), stitch.Edge{From: 1, To: 40, Confidence: stitch.Candidate, Reason: "it may"})
	var b strings.Builder
	if err := Wait(&b, 1, wait, wakers, Style{}); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); strings.Count(got, "it has not ended") != 20 ||
		!strings.HasSuffix(got, "30 (exact): it has not ended\nwaits for: 5 more (exact)\nperhaps woken by: goroutine 40 (candidate): it may\n") {
		t.Error(got)
	}
}

func TestDeadlocks(t *testing.T) {
	var b strings.Builder
	all := stitch.Deadlocks(testWaits())
	if err := Deadlocks(&b, all, Style{}); err != nil {
		t.Fatal(err)
	}
	want := "deadlock: 2 goroutines wait for each other, and 1 more for them: 3\n    goroutine 1 waits for 2: it has it\n    goroutine 2 waits for 1: it has it\n\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	js, err := DeadlocksJSON(all)
	if err != nil {
		t.Fatal(err)
	}
	var got []struct {
		Cycle             []stitch.Edge
		Goroutines, Stuck []int64
	}
	if err := json.Unmarshal(js, &got); err != nil || len(got) != 1 || !cmp.Equal(got[0].Cycle, all[0].Cycle) || !cmp.Equal(got[0].Stuck, []int64{3}) {
		t.Errorf("%s: %v", js, err)
	}
	if js, err := DeadlocksJSON(nil); js != nil || err != nil {
		t.Errorf("of none: %s, %v", js, err)
	}
}

func TestGroupWait(t *testing.T) {
	waits := testWaits()
	waits[8] = &stitch.Wait{Unknown: "it went on"}
	gs := []stitch.Goroutine{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 9}, {ID: 8}}
	group := func(ids ...int) stitch.Group {
		var g stitch.Group
		for _, i := range ids {
			g.Goroutines = append(g.Goroutines, &gs[i])
		}
		return g
	}
	for want, g := range map[string]stitch.Group{
		"waits on: lock sync.Mutex 0x10, 1 other waits\nwaits for: goroutine 2 (exact): it has it\n": group(0),
		"wait on: lock sync.Mutex 0x10, 1 other waits\nwait for: goroutine 2 (exact): it has it\n":   group(4, 0, 2),
		"wait on 2 different things, such as: lock sync.Mutex 0x10, 1 other waits\n":                 group(0, 1),
		"": group(3, 4),
	} {
		var b strings.Builder
		if err := GroupWait(&b, g, waits, Style{}); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("%q, and not %q", b.String(), want)
		}
	}
	var b strings.Builder
	if err := GroupsJSON(&b, []stitch.Group{group(0, 1, 2)}, waits); err != nil {
		t.Fatal(err)
	}
	var got []struct {
		WaitsOn []struct {
			Op string
			On struct {
				Address string
				Needs   []stitch.Need
			}
			Goroutines []int64
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil || len(got[0].WaitsOn) != 2 || got[0].WaitsOn[0].On.Address != "0x10" ||
		!cmp.Equal(got[0].WaitsOn[0].On.Needs, []stitch.Need{{Goroutine: 2, Reason: "it has it"}}) ||
		!cmp.Equal(got[0].WaitsOn[0].Goroutines, []int64{1, 3}) {
		t.Errorf("%s: %v", b.String(), err)
	}
}

package stitch

import (
	"cmp"
	"slices"
	"time"
)

// An Overview is what can be said of all goroutines at a glance, however many
// there are: not how they came to be, nor where each of them stands.
type Overview struct {
	Heads []Head // all that live, in any order, and some without an ID, which stand for none
	Halt  Halt
}

// A Head is what an [Overview] holds of one goroutine.
type Head struct {
	ID      int64         // 0: there is no such goroutine
	Spawner int64         // 0: not known, or there is none
	For     time.Duration // how long it has been waiting; 0: not known, or it does not wait
	Alike   int32         // goroutines of equal numbers are of one [Group]; 0: it is like no other
	Running bool
	System  bool // the runtime's own
}

// Head returns what an overview holds of a goroutine. That it is like others is
// for the caller to say.
func (g *Goroutine) Head() Head {
	return Head{ID: g.ID, Spawner: g.Spawner(), For: g.State.For, Running: g.State.Status == "running", System: g.System}
}

// A Halt is where a debugger has stopped the program.
type Halt struct {
	Selected int64         // the goroutine that the debugger is at; 0: none
	Hit      []int64       // those that stand at a breakpoint, be it that of a panic
	Threads  map[int64]int // the operating system's number of the thread, by the goroutine that is on it
}

// A Pick is a goroutine that is shown, for itself or for others that are alike.
type Pick struct {
	ID    int64
	Count int // how many goroutines it stands for; 1: itself
	rank  int
	wait  time.Duration
}

// Ranks of goroutines, the lower the sooner they are shown.
const (
	rankHit = iota
	rankSelected
	rankSpawner // one of the selected one's
	rankSpawned // by the selected one
	rankRunning
	rankUser
	rankSystem
)

const (
	maxSpawners = 100 // how far up the selected one's spawners are looked for
	maxSpawned  = 64  // how many of what it spawned come before others: it may be all that there are
)

// Count returns how many goroutines there are.
func (o Overview) Count() (n int) {
	for _, h := range o.Heads {
		if h.ID != 0 {
			n++
		}
	}
	return n
}

// Pick returns who is shown where there is room for so many: at first those
// that are wanted or stand at a breakpoint, then the selected one, its spawners,
// what it spawned, those that run, the others by how long they have been waiting,
// and the runtime's own; equal ones by their ids. left is how many goroutines no
// pick stands for.
//
// Where alike is set, goroutines of one group are one pick, but for the selected
// one and those before and after it that are shown for what they are.
func (o Overview) Pick(most int, alike bool, wanted ...int64) (picks []Pick, left int) {
	ranks := o.special(wanted)
	best := ranking{most: most}
	groups := map[int32]Pick{}
	for _, h := range o.Heads {
		if h.ID == 0 {
			continue
		}
		left++
		p := Pick{h.ID, 1, h.rank(), h.For}
		if r, ok := ranks[h.ID]; ok {
			p.rank = r
		}
		if !alike || h.Alike == 0 || p.rank < rankSpawned {
			best.add(p)
			continue
		}
		g, ok := groups[h.Alike]
		if !ok || p.compare(g) < 0 {
			p.Count += g.Count
			groups[h.Alike] = p
		} else {
			g.Count++
			groups[h.Alike] = g
		}
	}
	for _, g := range groups {
		best.add(g)
	}
	picks = best.cut()
	for _, p := range picks {
		left -= p.Count
	}
	return picks, left
}

func (h Head) rank() int {
	switch {
	case h.System:
		return rankSystem
	case h.Running:
		return rankRunning
	}
	return rankUser
}

// special returns the ranks that do not follow from what a goroutine does.
func (o Overview) special(wanted []int64) map[int64]int {
	ranks := map[int64]int{}
	if o.Halt.Selected != 0 {
		spawned := ranking{most: maxSpawned}
		for _, h := range o.Heads {
			// Goroutine 1 has spawned the runtime's own, too.
			if h.ID != 0 && h.Spawner == o.Halt.Selected && !h.System {
				spawned.add(Pick{h.ID, 1, h.rank(), h.For})
			}
		}
		for _, p := range spawned.cut() {
			ranks[p.ID] = rankSpawned
		}
		id := o.Halt.Selected
		for range maxSpawners {
			i := slices.IndexFunc(o.Heads, func(h Head) bool { return h.ID == id })
			if i < 0 {
				break
			}
			if id = o.Heads[i].Spawner; id == 0 {
				break
			}
			ranks[id] = rankSpawner
		}
		ranks[o.Halt.Selected] = rankSelected
	}
	for _, id := range slices.Concat(wanted, o.Halt.Hit) {
		ranks[id] = rankHit
	}
	return ranks
}

func (p Pick) compare(q Pick) int {
	return cmp.Or(cmp.Compare(p.rank, q.rank), cmp.Compare(q.wait, p.wait), cmp.Compare(p.ID, q.ID))
}

// A ranking keeps the first ones of all that are added.
type ranking struct {
	most int
	list []Pick
}

func (r *ranking) add(p Pick) {
	if r.list = append(r.list, p); (len(r.list)-1024)/2 >= r.most {
		r.cut()
	}
}

// cut leaves the first ones, in their order.
func (r *ranking) cut() []Pick {
	slices.SortFunc(r.list, Pick.compare)
	r.list = r.list[:min(len(r.list), r.most)]
	return r.list
}

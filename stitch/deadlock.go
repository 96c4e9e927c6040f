package stitch

import (
	"cmp"
	"maps"
	"slices"
)

// A Deadlock is goroutines none of which can go on before another of them has.
// It is proven: made of [Exact] edges only.
type Deadlock struct {
	Cycle []Edge  // the shortest: each edge leads to where the next begins, the last to where the first does
	All   []int64 // ids of all that are caught in it, those of the cycle, too
	Stuck []int64 // ids of others, that cannot go on before one of these has
}

// Edges returns for whom a goroutine waits, by what the objects say. Of those
// that wait for one of several things nothing is certain.
func (w *Wait) Edges(goroutine int64) []Edge {
	if w == nil || w.Unknown != "" {
		return nil
	}
	var edges []Edge
	for _, c := range w.Cases {
		for _, n := range c.needs() {
			e := Edge{goroutine, n.Goroutine, Exact, n.Reason}
			if len(w.Cases) > 1 || w.Cut {
				e.Confidence, e.Reason = Candidate, "for one of the cases: "+n.Reason
			}
			edges = append(edges, e)
		}
	}
	return edges
}

// needs returns who has to go on before this case can.
func (c Case) needs() []Need {
	if c.On == nil || c.Op == OpDrain { // it is what others need, and waits for who has read
		return nil
	}
	return c.On.Needs
}

// Deadlocks returns the proven deadlocks among goroutines that wait, by their
// ids, in the order of these.
//
// They are the strongly connected parts of the graph of exact edges: there a
// goroutine waits for all that its edges lead to. Of objects on which very many
// wait for very many nothing is said.
func Deadlocks(waits map[int64]*Wait) []Deadlock {
	edges := map[int64][]Edge{}
	for _, id := range slices.Sorted(maps.Keys(waits)) {
		w := waits[id]
		if len(w.Cases) != 1 {
			continue
		}
		if n := len(w.Cases[0].needs()); n == 0 || n*len(w.Cases[0].On.Waiters) > maxEdges {
			continue
		}
		for _, e := range waits[id].Edges(id) {
			if e.Confidence == Exact {
				edges[id] = append(edges[id], e)
			}
		}
	}
	var found []Deadlock
	dead := map[int64]bool{}
	for _, part := range components(edges) {
		slices.Sort(part)
		cycle := shortestCycle(edges, part)
		if cycle == nil {
			continue
		}
		found = append(found, Deadlock{Cycle: cycle, All: part})
		for _, id := range part {
			dead[id] = true
		}
	}
	slices.SortFunc(found, func(a, b Deadlock) int { return cmp.Compare(a.All[0], b.All[0]) })
	waiting := map[int64][]int64{} // who waits for a goroutine
	for from, es := range edges {
		for _, e := range es {
			waiting[e.To] = append(waiting[e.To], from)
		}
	}
	for i := range found {
		found[i].Stuck = stuckBehind(found[i].All, waiting, dead)
	}
	return found
}

// maxEdges bounds the edges that are made of one object.
const maxEdges = 1 << 20

// stuckBehind returns who waits for some goroutines, or for others that do,
// without those that are dead themselves.
func stuckBehind(all []int64, waiting map[int64][]int64, dead map[int64]bool) []int64 {
	stuck := []int64{}
	seen := map[int64]bool{}
	for queue := slices.Clone(all); len(queue) > 0; queue = queue[1:] {
		for _, id := range waiting[queue[0]] {
			if !dead[id] && !seen[id] {
				seen[id] = true
				stuck = append(stuck, id)
				queue = append(queue, id)
			}
		}
	}
	slices.Sort(stuck)
	return stuck
}

// components returns the strongly connected parts of a graph (Tarjan), without
// recursion: chains may be long.
func components(edges map[int64][]Edge) [][]int64 {
	type visit struct {
		id   int64
		next int // of its edges
	}
	index, low := map[int64]int{}, map[int64]int{}
	onStack := map[int64]bool{}
	var stack []int64
	var parts [][]int64
	for _, root := range slices.Sorted(maps.Keys(edges)) {
		if _, ok := index[root]; ok {
			continue
		}
		path := []visit{{id: root}}
		for len(path) > 0 {
			at := &path[len(path)-1]
			if at.next == 0 {
				index[at.id] = len(index)
				low[at.id] = index[at.id]
				stack = append(stack, at.id)
				onStack[at.id] = true
			}
			if at.next < len(edges[at.id]) {
				to := edges[at.id][at.next].To
				at.next++
				if _, ok := index[to]; !ok {
					path = append(path, visit{id: to})
				} else if onStack[to] {
					low[at.id] = min(low[at.id], index[to])
				}
				continue
			}
			id := at.id
			path = path[:len(path)-1]
			if len(path) > 0 {
				above := path[len(path)-1].id
				low[above] = min(low[above], low[id])
			}
			if low[id] < index[id] {
				continue
			}
			from := len(stack) - 1
			for stack[from] != id {
				from--
			}
			part := slices.Clone(stack[from:])
			stack = stack[:from]
			for _, member := range part {
				onStack[member] = false
			}
			parts = append(parts, part)
		}
	}
	return parts
}

// shortestCycle returns the shortest way from the first goroutine of a part back
// to it; nil: there is none, for it is alone.
func shortestCycle(edges map[int64][]Edge, part []int64) []Edge {
	first := part[0]
	by := map[int64]Edge{} // how each was reached
	for queue := []int64{first}; len(queue) > 0; queue = queue[1:] {
		for _, e := range edges[queue[0]] {
			if _, in := slices.BinarySearch(part, e.To); !in {
				continue
			}
			if _, ok := by[e.To]; ok {
				continue
			}
			by[e.To] = e
			if e.To != first {
				queue = append(queue, e.To)
				continue
			}
			var cycle []Edge
			for at := e; ; at = by[at.From] {
				cycle = append(cycle, at)
				if at.From == first {
					slices.Reverse(cycle)
					return cycle
				}
			}
		}
	}
	return nil
}

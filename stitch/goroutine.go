package stitch

import "slices"

// A Goroutine is one goroutine of a stopped program, as much as listings,
// groups and trees of many need to know.
//
// Goroutines of one snapshot share what is equal (frames, links, strings), so
// that a hundred thousand of them fit: nothing in one may be changed.
type Goroutine struct {
	ID     int64
	State  State
	System bool              // the runtime's own, as runtime.Stack leaves out
	Labels map[string]string // pprof labels; nil: none
	Own    []Frame           // own stack, topmost first; without goexit and wrappers
	OwnCut bool              // the outermost own frames could not be read
	Start  string            // with OwnCut: the full name of the function that it began in; "": not known
	Chain  Chain
}

// Spawner returns the id of the goroutine that ran the go statement; 0: not
// known, or there is none.
func (g *Goroutine) Spawner() int64 {
	if len(g.Chain.Links) == 0 {
		return 0
	}
	return g.Chain.Links[0].Spawner
}

// Site returns the go statement that made the goroutine; zero: not known, or
// there is none.
func (g *Goroutine) Site() Frame {
	if len(g.Chain.Links) == 0 {
		return Frame{}
	}
	return g.Chain.Links[0].site()
}

// Entry returns the outermost call of the goroutine's own stack, that of the
// function which it began in; of goroutine 1, that of main.main. Where the stack
// does not reach so far, it has the function's name alone. Zero: not known.
func (g *Goroutine) Entry() Frame {
	if g.OwnCut || len(g.Own) == 0 {
		return Frame{Func: g.Start}
	}
	for _, f := range slices.Backward(g.Own) {
		if !isBottom(f) {
			return f
		}
	}
	return g.Own[0]
}

// Stack returns the goroutine's logical stack.
func (g *Goroutine) Stack() Stack {
	return Stitch(Segment{Goroutine: g.ID, State: &g.State, Frames: g.Own, FramesCut: g.OwnCut}, g.Chain)
}

func (l Link) site() Frame {
	if len(l.Frames) == 0 {
		return Frame{}
	}
	return l.Frames[0]
}

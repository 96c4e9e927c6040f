package goruntime

import (
	"slices"
	"time"

	"github.com/dlvx/dlvx/spawnlabel"
	"github.com/dlvx/dlvx/stitch"
)

// A link is one recorded spawn without what changes from stop to stop: who the
// spawner was is known by the goroutine, what it does now by the stop.
type link struct {
	frames    []stitch.Frame
	framesCut bool
	cut       stitch.Cut
	fromMain  bool // the spawner was the first goroutine: its stack ends in runtime.main
}

// presence is what a living goroutine is doing at this stop.
type presence struct {
	g     goroutine
	state stitch.State
	stack []stitch.Frame // down to its entry; nil: not known
}

// maxPresent bounds how much of a spawner's present stack is read: finding the
// calls that are still unfinished needs its bottom.
const maxPresent = 1000

// An origin is all that a goroutine's chain depends on, within a stop.
type origin struct {
	label, ancestors, gopc uint64
	spawners               [4]int64
	limit                  int
}

// chain returns a goroutine's chain, the same one for all that have the same.
func (p *program) chain(g goroutine, limit int) (stitch.Chain, error) {
	key := origin{g.label, g.ancestors, g.gopc, g.spawners, limit}
	if c, ok := p.chains[key]; ok {
		return c, nil
	}
	c, err := p.readChain(g, limit)
	if err == nil {
		p.chains[key] = c
	}
	return c, err
}

func (p *program) readChain(g goroutine, limit int) (stitch.Chain, error) {
	switch {
	case g.label != 0:
		r, err := p.labelled(g.label)
		if err != nil {
			return stitch.Chain{}, err
		}
		if len(r.links) == 0 {
			return stitch.Chain{Cut: r.cut}, nil
		}
		return p.finish(r.links, g.spawners[:], stitch.Label, limit), nil
	case g.ancestors != 0:
		links, ids, err := p.ancestorLinks(g.ancestors, limit)
		if err != nil {
			return stitch.Chain{}, err
		}
		chain := p.finish(links, ids, stitch.Ancestors, limit)
		return p.beyond(chain, links[len(chain.Links)-1], limit), nil
	case p.labels != nil:
		return stitch.Chain{}, nil // the first goroutine, or a thread of C code
	case g.parent != 0:
		return p.liveChain(g, limit)
	}
	return stitch.Chain{}, nil
}

// A record is what a label leads to.
type record struct {
	links []link
	cut   stitch.Cut // why there are no links
}

// labelled returns what a label leads to, read once in the process's life.
func (p *program) labelled(label uint64) (record, error) {
	if r, ok := p.records[label]; ok {
		return r, nil
	}
	chain, err := p.labels.Read(p.mem, label, 0)
	if err != nil {
		return record{}, err
	}
	r := record{cut: cuts[chain.Cut]}
	for _, l := range chain.Labels {
		next, err := p.recorded(l.PCs, physical)
		if err != nil { // not kept: the next stop may know more modules
			if len(r.links) == 0 {
				return record{cut: stitch.CutUnreadable}, nil
			}
			r.links[len(r.links)-1].cut = stitch.CutUnreadable
			return r, nil
		}
		next.framesCut = l.PCsCut
		if l.Respawn {
			next.cut = stitch.CutRespawn
		}
		r.links = append(r.links, next)
	}
	if n := len(r.links); n > 0 && r.cut != stitch.NotCut {
		r.links[n-1].cut = r.cut
	}
	p.records[label] = r
	return r, nil
}

// cuts translates what a label says into what the reader is told.
var cuts = map[spawnlabel.Cut]stitch.Cut{
	spawnlabel.CutDepth:   stitch.CutDepth,
	spawnlabel.CutMemory:  stitch.CutMemory,
	spawnlabel.CutUnknown: stitch.CutRuntime,
}

type pcKind int

const (
	physical pcKind = iota // a return address of each frame: inlined calls are to be found
	logical                // a return address of each call, inlined ones too (runtime.Callers)
)

// recorded names the return addresses of a spawn's stack, innermost first.
func (p *program) recorded(pcs []uint64, kind pcKind) (link, error) {
	var frames []stitch.Frame
	exact := false
	for _, pc := range pcs {
		fs, err := p.symbols.resolve(pc, exact)
		if err != nil {
			return link{}, err
		}
		if kind == logical {
			fs = fs[:1]
		}
		// The address below a signal handler's frame is where the signal struck.
		exact = fs[0].Func == "runtime.sigpanic"
		frames = append(frames, fs...)
	}
	fromMain := slices.ContainsFunc(frames, func(f stitch.Frame) bool { return f.Func == "runtime.main" })
	return link{frames: stitch.TrimRecorded(frames), fromMain: fromMain}, nil
}

// finish adds to recorded links what is known of the spawners: their ids, and
// what they are doing now.
func (p *program) finish(links []link, ids []int64, provenance stitch.Provenance, limit int) stitch.Chain {
	chain := stitch.Chain{Links: make([]stitch.Link, 0, len(links))}
	for i, l := range links {
		if limit > 0 && i == limit {
			if last := &chain.Links[i-1]; last.Cut == stitch.NotCut {
				last.Cut = stitch.CutLimit
			}
			break
		}
		out := stitch.Link{
			Provenance: provenance,
			Frames:     l.frames,
			FramesCut:  l.framesCut,
			Cut:        l.cut,
		}
		if len(ids) > 0 {
			out.Spawner, ids = ids[0], ids[1:]
		}
		if out.Spawner == 0 && l.fromMain {
			out.Spawner = 1
		}
		if at, ok := p.presence(out.Spawner); ok {
			out.State = &at.state
			if !l.framesCut {
				out.Frames = p.markLive(l.frames, at)
			}
			// One that still lives knows more of its own spawners.
			if provenance == stitch.Label && at.g.spawners[0] != 0 {
				ids = at.g.spawners[:]
			}
		}
		if l.cut != stitch.NotCut {
			ids = nil // those in between are not known, nor how many they were
		}
		chain.Links = append(chain.Links, out)
	}
	return chain
}

// markLive returns recorded frames of a spawner, with those marked that are live.
func (p *program) markLive(recorded []stitch.Frame, at *presence) []stitch.Frame {
	if len(recorded) == 0 || len(at.stack) == 0 {
		return recorded
	}
	key := recording{&recorded[0], at.g.id}
	marked, ok := p.marked[key]
	if !ok {
		marked = slices.Clone(recorded)
		stitch.MarkLive(marked, at.stack)
		p.marked[key] = marked
	}
	return marked
}

// A recording is a stack of a go statement that a spawner executed.
type recording struct {
	first   *stitch.Frame
	spawner int64
}

// presence tells what a spawner is doing now; false: it has exited, or cannot
// be read.
func (p *program) presence(id int64) (*presence, bool) {
	if id == 0 {
		return nil, false
	}
	at, ok := p.present[id]
	if !ok {
		if g, alive, err := p.spawner(id); err == nil && alive {
			at = p.presenceOf(g)
		}
		p.present[id] = at
	}
	return at, at != nil
}

func (p *program) presenceOf(g goroutine) *presence {
	at := &presence{g: g, state: p.stateOf(g)}
	if stack, err := p.stack(g); err == nil { // else alive, wherever it stands
		at.stack, at.state.At = stack, stitch.Position(stack)
	}
	return at
}

// stateOf returns what a goroutine is doing, without where.
func (p *program) stateOf(g goroutine) stitch.State {
	state := stitch.State{Status: statusNames[g.status]}
	if g.status == statusWaiting || g.status == statusLeaked {
		state.Wait = p.waitReason(g.wait)
	}
	if now := p.time(); g.blocked() && g.since != 0 && now > g.since {
		state.For = time.Duration(now - g.since)
	}
	return state
}

// blocked tells whether a goroutine is in one of the states in which the runtime
// notes since when it is.
func (g *goroutine) blocked() bool {
	return g.status == statusWaiting || g.status == statusSyscall || g.status == statusLeaked
}

// time returns the time of this stop by the target's own clock; 0: not known.
func (p *program) time() int64 {
	if !p.timed {
		p.timed = true
		if c, ok := p.session.(clock); ok {
			if now, err := c.Now(); err == nil {
				p.now = now
			}
		}
	}
	return p.now
}

// stack returns the present stack of a goroutine: unwound here if that can be
// done, else by the debugger.
func (p *program) stack(g goroutine) ([]stitch.Frame, error) {
	if frames, err := p.parked(g); err == nil {
		return frames, nil
	}
	return p.debuggerStack(g)
}

// debuggerStack returns the present stack of a goroutine as the debugger has it,
// or, where there is none, by its thread's registers; with an error, what it has
// of it. An address that Delve has no name for, as in a goroutine that is about to
// exit, is in line -1 of a file "?" to it.
func (p *program) debuggerStack(g goroutine) ([]stitch.Frame, error) {
	if t, ok := p.session.(threadReader); ok {
		return p.threadStack(g, t)
	}
	at, found := p.slot(g.id)
	if s, ok := p.session.(primer); ok && found && at.position != unknown {
		if err := s.Prime(at.position); err != nil {
			return nil, err
		}
	}
	frames, err := p.session.Stack(g.id, maxPresent)
	for i := range frames {
		if f := &frames[i]; f.File == "?" {
			f.Func, f.File, f.Line = "", "", 0
		}
	}
	return frames, err
}

// liveChain reads the chain of a program that recorded nothing: the runtime
// itself keeps the id of a goroutine's spawner and the place of the go
// statement. Where the spawner still lives, and still has that function on its
// stack, its present stack is taken for the one of the spawn: a guess.
func (p *program) liveChain(g goroutine, limit int) (stitch.Chain, error) {
	var chain stitch.Chain
	for seen := map[int64]bool{}; g.parent != 0 && !seen[g.parent]; {
		if limit > 0 && len(chain.Links) == limit {
			chain.Links[limit-1].Cut = stitch.CutLimit
			return chain, nil
		}
		seen[g.parent] = true
		at, alive := p.presence(g.parent)
		var stack []stitch.Frame
		var state *stitch.State
		if alive {
			stack, state = at.stack, &at.state
		}
		frames, err := p.symbols.resolve(g.gopc, false)
		if err != nil {
			if len(chain.Links) == 0 {
				return stitch.Chain{}, err
			}
			chain.Links[len(chain.Links)-1].Cut = stitch.CutUnreadable
			return chain, nil
		}
		frames = slices.Clone(frames)
		whole := frames[len(frames)-1].Func
		if i := slices.IndexFunc(stack, func(f stitch.Frame) bool {
			return stitch.SameFunc(f.Func, whole)
		}); i >= 0 {
			frames = append(frames, slices.Clone(stack[i+1:])...)
		}
		frames = stitch.TrimRecorded(frames)
		stitch.MarkLive(frames, stack) // of a whole stack, but for the guess
		chain.Links = append(chain.Links, stitch.Link{
			Spawner: g.parent, State: state, Provenance: stitch.Live, Frames: frames,
		})
		if !alive {
			chain.Links[len(chain.Links)-1].Cut = stitch.CutUnrecorded
			return chain, nil
		}
		g = at.g
	}
	return chain, nil
}

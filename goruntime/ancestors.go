package goruntime

import (
	"encoding/binary"
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

// ancestorLinks reads what GODEBUG=tracebackancestors=N recorded
// (runtime.ancestorInfo), nearest spawner first, with the spawners' ids.
func (p *program) ancestorLinks(addr uint64, limit int) ([]link, []int64, error) {
	const most = 10000
	l := &p.layout.ancestor
	all, err := p.mem.slice(addr, most)
	if err != nil {
		return nil, nil, fmt.Errorf("reading recorded ancestors: %w", err)
	}
	if limit > 0 {
		all.len = min(all.len, uint64(limit)+1)
	}
	b := make([]byte, all.len*l.size)
	if err := p.mem.read(all.ptr, b); err != nil {
		return nil, nil, fmt.Errorf("reading recorded ancestors: %w", err)
	}
	var links []link
	var ids []int64
	for ; len(b) > 0; b = b[l.size:] {
		next, id, err := p.ancestor(b)
		if err != nil {
			if len(links) == 0 {
				return nil, nil, fmt.Errorf("reading recorded ancestors: %w", err)
			}
			links[len(links)-1].cut = stitch.CutUnreadable
			return links, ids, nil
		}
		links, ids = append(links, next), append(ids, id)
	}
	if len(links) == 0 {
		return nil, nil, fmt.Errorf("reading recorded ancestors: an empty list")
	}
	if len(links) == p.mostAncestors() {
		if last := &links[len(links)-1]; !last.fromMain {
			last.cut = stitch.CutDepth
		}
	}
	return links, ids, nil
}

// beyond goes on with a chain where what was recorded of it ends. A runtime that
// was told to record while it ran (dlvx attach --record) kept nothing of the
// spawners of goroutines that were there. last is the chain's last link.
func (p *program) beyond(chain stitch.Chain, last link, limit int) stitch.Chain {
	end := &chain.Links[len(chain.Links)-1]
	// The first goroutine, and threads of C code, have no spawner.
	if end.Cut != stitch.NotCut || last.fromMain || end.Spawner == 1 || end.Spawner == 0 || last.beganInRuntime() {
		return chain
	}
	at, alive := p.presence(end.Spawner)
	switch {
	case !alive:
		end.Cut = stitch.CutUnrecorded
	case at.g.ancestors != 0: // more were recorded of it than of its child
		end.Cut = stitch.CutDepth
	case at.g.parent == 0:
	case limit > 0 && len(chain.Links) == limit:
		end.Cut = stitch.CutLimit
	default:
		rest, err := p.liveChain(at.g, max(0, limit-len(chain.Links)))
		if err != nil {
			end.Cut = stitch.CutUnreadable
		}
		chain.Links = append(chain.Links, rest.Links...)
	}
	return chain
}

// beganInRuntime tells whether a spawner's stack is known down to where it began,
// and that is in the runtime.
func (l link) beganInRuntime() bool {
	n := len(l.frames)
	return !l.framesCut && n > 0 && stitch.Package(l.frames[n-1].Func) == "runtime"
}

// An ancestry is what has been read at this stop of recorded ancestors. Each
// goroutine has a list of its own, but what is in them is mostly the same.
type ancestry struct {
	counted bool
	most    int             // how many are recorded of a goroutine; 0: not known
	lists   map[slice]link  // by where their return addresses are
	links   map[string]link // by their return addresses
}

// mostAncestors returns how many spawners the program records of a goroutine; 0:
// not known.
func (p *program) mostAncestors() int {
	if a := &p.ancestry; !a.counted {
		a.counted = true
		var b [4]byte // an int32
		if addr, err := placesOf(p.session).Address("debug.tracebackancestors"); err == nil && p.mem.read(addr, b[:]) == nil {
			a.most = int(int32(binary.LittleEndian.Uint32(b[:])))
		}
	}
	return p.ancestry.most
}

// ancestorFrames is how many calls the runtime keeps of a spawner's stack, the
// innermost (runtime.tracebackInnerFrames).
const ancestorFrames = 50

// ancestor returns the link of a runtime.ancestorInfo, which has been read.
func (p *program) ancestor(b []byte) (link, int64, error) {
	l := &p.layout.ancestor
	id := int64(binary.LittleEndian.Uint64(b[l.goid:]))
	list := slice{binary.LittleEndian.Uint64(b[l.pcs:]), binary.LittleEndian.Uint64(b[l.pcs+8:])}
	if list.len > 10*ancestorFrames {
		return link{}, 0, fmt.Errorf("a stack of %d frames is more than can be", list.len)
	}
	at, ok := p.ancestry.lists[list]
	if !ok {
		var err error
		if at, err = p.ancestorStack(list); err != nil {
			return link{}, 0, err
		}
		p.ancestry.lists[list] = at
	}
	return at, id, nil
}

func (p *program) ancestorStack(list slice) (link, error) {
	b := make([]byte, list.len*8)
	if err := p.mem.read(list.ptr, b); err != nil {
		return link{}, err
	}
	if l, ok := p.ancestry.links[string(b)]; ok {
		return l, nil
	}
	pcs := make([]uint64, list.len)
	for i := range pcs {
		pcs[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	l, err := p.recorded(pcs, logical)
	if err != nil {
		return link{}, err
	}
	l.framesCut = len(pcs) >= ancestorFrames
	p.ancestry.links[string(b)] = l
	return l, nil
}

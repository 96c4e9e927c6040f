//go:build linux && (amd64 || arm64)

package process

import (
	"encoding/binary"
	"go/version"
	"strings"
)

// A shape describes what a pointer in a runtime.g leads to: a slice of
// structures, in which there are slices or strings. Such objects are never
// changed once a goroutine has them, but are garbage when it has ended.
type shape struct {
	at    uint64 // where the pointer is in the runtime.g
	elem  uint64 // bytes of a structure
	inner []part
}

// A part is a slice or string in a structure.
type part struct{ offset, width uint64 } // width: of an element, in bytes

// Bounds on what is copied of one goroutine's objects.
const (
	maxElems = 1000
	maxBytes = 64 << 10
)

func (p *Process) knownShapes() []shape {
	all := []shape{{
		p.g.ancestors, p.image.offsets["ancestorInfo"],
		[]part{{p.image.offsets["ancestorInfo.pcs"], 8}},
	}}
	// runtime/pprof.labelMap: a list of pairs of strings. It was a map before.
	if release, _, _ := strings.Cut(p.image.goVersion, " "); version.Compare(version.Lang(release), "go1.24") >= 0 {
		all = append(all, shape{p.g.labels, 32, []part{{0, 1}, {16, 1}}})
	}
	return all
}

// copyObjects copies the pprof labels and the recorded ancestors of goroutines.
func (s *Snapshot) copyObjects(gs []*goroutine) error {
	for _, shape := range s.p.shapes {
		roots := map[uint64]bool{}
		for _, g := range gs {
			if s.p.alive(g) {
				if at := g.word(shape.at); at != 0 {
					roots[at] = true
				}
			}
		}
		if err := s.follow(shape, roots); err != nil {
			return err
		}
	}
	return nil
}

// A reach is a piece that belongs to the object of a root.
type reach struct {
	root uint64
	piece
}

func (s *Snapshot) follow(shape shape, roots map[uint64]bool) error {
	var headers []reach
	for at := range roots {
		headers = append(headers, reach{at, piece{addr: at, buf: make([]byte, 24)}})
		s.objects[at] = nil
	}
	if err := s.reachAll(headers); err != nil {
		return err
	}
	var lists []reach
	for _, h := range headers {
		if h.ok {
			lists = appendSlice(lists, h.root, h.buf, shape.elem)
		}
	}
	if err := s.reachAll(lists); err != nil {
		return err
	}
	var inner []reach
	for _, l := range lists {
		for b := l.buf; l.ok && uint64(len(b)) >= shape.elem; b = b[shape.elem:] {
			for _, part := range shape.inner {
				inner = appendSlice(inner, l.root, b[part.offset:], part.width)
			}
		}
	}
	return s.reachAll(inner)
}

// appendSlice adds what a slice header points to.
func appendSlice(to []reach, root uint64, header []byte, width uint64) []reach {
	ptr, n := binary.LittleEndian.Uint64(header), binary.LittleEndian.Uint64(header[8:])
	if ptr == 0 || n == 0 || n > maxBytes || n*width > maxBytes || width > 1 && n > maxElems {
		return to
	}
	return append(to, reach{root, piece{addr: ptr, buf: make([]byte, n*width)}})
}

// reachAll reads pieces and keeps them with their roots.
func (s *Snapshot) reachAll(all []reach) error {
	pieces := make([]piece, len(all))
	for i := range all {
		pieces[i] = all[i].piece
	}
	if err := s.p.mem.readAll(pieces); err != nil {
		return err
	}
	for i := range all {
		all[i].piece = pieces[i]
		if pieces[i].ok {
			root := all[i].root
			s.objects[root] = append(s.objects[root], frozen{pieces[i].addr, pieces[i].buf})
		}
	}
	return nil
}

// liveObjects returns the objects that goroutines still have: memory of others
// may be in use for something else.
func (s *Snapshot) liveObjects() []frozen {
	var all []frozen
	done := map[uint64]bool{}
	for i := range s.gs {
		g := &s.gs[i]
		if !s.p.alive(g) {
			continue
		}
		for _, shape := range s.p.shapes {
			if root := g.word(shape.at); root != 0 && !done[root] {
				done[root] = true
				all = append(all, s.objects[root]...)
			}
		}
	}
	return all
}

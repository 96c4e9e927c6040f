package spawnlabel

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// formatVersion is the version of the memory format that this package writes
// and reads, see the package documentation. It changes whenever a reader of
// the old format would misread the new one.
const formatVersion = 1

// Magic begins the format record, the variable runtime.spawnLabelFormat, in
// the writable data of every program that records. It finds the record in a
// program without symbols: search the data sections for it.
const Magic = "\x00dlvx\xffspawnlabel"

// Bounds on what a format record may say; what is beyond is not a record.
const (
	mostDepth  = 1 << 12
	mostPCs    = 1 << 12
	mostOffset = 1 << 16
)

// A Memory is the memory of a Go program that stands still, or at least does
// not exit.
type Memory interface {
	// ReadMemory fills buf from addr, wholly or not at all.
	ReadMemory(addr uint64, buf []byte) error
}

// A Format describes the labels of one program.
type Format struct {
	// Offsets in bytes in the runtime's struct g.
	GGoid, GParentGoid, GSpawn, GSpawnGoids uint64

	PtrSize   int    // size of a pointer in bytes: 4 or 8
	MaxDepth  int    // labels in the longest chain
	MaxPCs    int    // return addresses in the longest label
	MaxMemory uint64 // bytes of labels beyond which chains are cut
}

// A Spawn is what one goroutine carries.
type Spawn struct {
	Goid  int64
	Label uint64 // address of its label, for [Format.Read]; 0: no go statement made it (main; a thread of C)

	// Spawners are the ids of its spawner, that one's spawner, and so on;
	// they belong to the labels of its chain in the same order. 0: not known.
	Spawners [4]int64
}

// A Chain is a goroutine's label and those of its spawners. It never changes
// while the program lives, so it may be kept by the address of its label.
type Chain struct {
	Labels []Label // nearest first
	Cut    Cut     // why no older label follows the last
}

// A Label is the stack of one go statement.
type Label struct {
	Addr uint64

	// PCs are the return addresses of the stack's physical frames, innermost
	// first; the first is in the function that holds the go statement. What
	// the runtime put on top of it is left out, runtime.goexit is kept. To
	// find the call, subtract 1 from each, but not from one that follows a PC
	// in runtime.sigpanic: that is the address of the faulting instruction.
	PCs    []uint64
	PCsCut bool // the outermost frames were not kept

	// Respawn tells that generations equal to this one, or to the last few,
	// were left out between this label and the next, because goroutines kept
	// starting each other anew.
	Respawn bool
}

// A Cut tells why a chain ends.
type Cut uint8

const (
	NotCut     Cut = iota // it reaches a goroutine that no go statement made, in general main
	CutDepth              // the program keeps only so many generations
	CutMemory             // the program had no room for more labels
	CutUnknown            // the runtime itself started the oldest goroutine: finalizers, cleanups, background work
	CutLimit              // the reader asked for no more
)

// String returns a word for the cut: "none", "depth", "memory", "unknown", "limit".
func (c Cut) String() string {
	if names := [...]string{"none", "depth", "memory", "unknown", "limit"}; int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("Cut(%d)", c)
}

// Flags of a label in memory.
const (
	flagCutDepth   = 1 << 0
	flagCutMemory  = 1 << 1
	flagCutUnknown = 1 << 2
	flagRespawn    = 1 << 3
	flagPCsCut     = 1 << 4
)

// ReadFormat reads the format record at addr, the address of the variable
// runtime.spawnLabelFormat.
func ReadFormat(m Memory, addr uint64) (Format, error) {
	var head [len(Magic) + 4]byte
	if err := m.ReadMemory(addr, head[:]); err != nil {
		return Format{}, fmt.Errorf("reading the format of spawn labels at %#x: %w", addr, err)
	}
	if string(head[:len(Magic)]) != Magic {
		return Format{}, fmt.Errorf("reading the format of spawn labels at %#x: there is none", addr)
	}
	if v := binary.LittleEndian.Uint32(head[len(Magic):]); v != formatVersion {
		return Format{}, fmt.Errorf("this binary's spawn labels are of format %d, this dlvx reads %d: rebuild the program or use the matching dlvx", v, formatVersion)
	}
	var b [36]byte
	if err := m.ReadMemory(addr+uint64(len(head)), b[:]); err != nil {
		return Format{}, fmt.Errorf("reading the format of spawn labels at %#x: %w", addr, err)
	}
	word := func(i int) uint64 { return uint64(binary.LittleEndian.Uint32(b[4*i:])) }
	f := Format{
		PtrSize: int(word(0)),
		GGoid:   word(1), GParentGoid: word(2), GSpawn: word(3), GSpawnGoids: word(4),
		MaxDepth: int(word(5)), MaxPCs: int(word(6)),
		MaxMemory: word(7) | word(8)<<32,
	}
	if f.PtrSize != 4 && f.PtrSize != 8 || max(f.GGoid, f.GParentGoid, f.GSpawn, f.GSpawnGoids) > mostOffset ||
		f.MaxDepth < 1 || f.MaxDepth > mostDepth || f.MaxPCs < 1 || f.MaxPCs > mostPCs {
		return Format{}, fmt.Errorf("reading the format of spawn labels at %#x: impossible values %+v", addr, f)
	}
	return f, nil
}

// Spawn reads what the goroutine whose struct g is at address g carries.
func (f Format) Spawn(m Memory, g uint64) (Spawn, error) {
	fail := func(err error) (Spawn, error) {
		return Spawn{}, fmt.Errorf("reading the spawn label of the goroutine at %#x: %w", g, err)
	}
	var s Spawn
	var b [24]byte
	if err := m.ReadMemory(g+f.GSpawn, b[:f.PtrSize]); err != nil {
		return fail(err)
	}
	s.Label = f.pointer(b[:])
	if err := m.ReadMemory(g+f.GGoid, b[:8]); err != nil {
		return fail(err)
	}
	s.Goid = int64(binary.LittleEndian.Uint64(b[:]))
	if err := m.ReadMemory(g+f.GParentGoid, b[:8]); err != nil {
		return fail(err)
	}
	older := s.Spawners[:]
	if parent := int64(binary.LittleEndian.Uint64(b[:])); parent != 0 {
		older[0] = parent
		older = older[1:]
	} // else a timer started it, and the ids begin with the timer's maker
	if err := m.ReadMemory(g+f.GSpawnGoids, b[:]); err != nil {
		return fail(err)
	}
	for i := range 3 {
		older[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return s, nil
}

// Read reads the chain that begins with the label at addr, at most limit
// labels of it (0: all). Memory that does not hold a chain of labels is an
// error, whatever it holds; Read reads at most MaxDepth labels.
func (f Format) Read(m Memory, addr uint64, limit int) (Chain, error) {
	var c Chain
	depth := -1 // of the label before
	for addr != 0 {
		h, err := f.header(m, addr)
		switch {
		case err != nil:
		case h.depth > f.MaxDepth || h.pcs > f.MaxPCs:
			err = fmt.Errorf("impossible depth %d or frame count %d", h.depth, h.pcs)
		case depth >= 0 && h.depth != depth-1:
			err = fmt.Errorf("depth %d follows depth %d", h.depth, depth)
		case h.depth == 0 && (h.cut == NotCut || h.parent != 0 || h.pcs != 0):
			err = errors.New("impossible end of a chain")
		case h.depth > 1 && h.parent == 0:
			err = fmt.Errorf("no parent at depth %d", h.depth)
		}
		if err != nil {
			return Chain{}, fmt.Errorf("reading the spawn label at %#x: %w", addr, err)
		}
		if h.depth == 0 {
			c.Cut = h.cut
			return c, nil
		}
		if limit > 0 && len(c.Labels) == limit {
			c.Cut = CutLimit
			return c, nil
		}
		l := Label{Addr: addr, Respawn: h.flags&flagRespawn != 0, PCsCut: h.flags&flagPCsCut != 0}
		if l.PCs, err = f.pcs(m, addr, h.pcs); err != nil {
			return Chain{}, fmt.Errorf("reading the spawn label at %#x: %w", addr, err)
		}
		c.Labels = append(c.Labels, l)
		addr, depth = h.parent, h.depth
	}
	return c, nil
}

// A header is the fixed part of a label.
type header struct {
	parent     uint64
	canon      uint64 // the label that goroutines carry in place of this one; 0: this one
	next       uint64 // in its list of the table
	depth, pcs int
	flags      uint16
	cut        Cut // of a marker
}

func (f Format) headerSize() int { return 4*f.PtrSize + 8 }

func (f Format) header(m Memory, addr uint64) (header, error) {
	if addr%uint64(f.PtrSize) != 0 {
		return header{}, errors.New("the address is not aligned")
	}
	buf := make([]byte, f.headerSize())
	if err := m.ReadMemory(addr, buf); err != nil {
		return header{}, err
	}
	tail := buf[4*f.PtrSize:]
	pcs := binary.LittleEndian.Uint32(tail[4:])
	if pcs > mostPCs {
		return header{}, fmt.Errorf("impossible frame count %d", pcs)
	}
	h := header{
		parent: f.pointer(buf),
		canon:  f.pointer(buf[f.PtrSize:]),
		next:   f.pointer(buf[2*f.PtrSize:]),
		depth:  int(binary.LittleEndian.Uint16(tail)),
		flags:  binary.LittleEndian.Uint16(tail[2:]),
		pcs:    int(pcs),
	}
	switch {
	case h.flags&flagCutDepth != 0:
		h.cut = CutDepth
	case h.flags&flagCutMemory != 0:
		h.cut = CutMemory
	case h.flags&flagCutUnknown != 0:
		h.cut = CutUnknown
	}
	return h, nil
}

func (f Format) pcs(m Memory, label uint64, n int) ([]uint64, error) {
	buf := make([]byte, n*f.PtrSize)
	if err := m.ReadMemory(label+uint64(f.headerSize()), buf); err != nil {
		return nil, err
	}
	pcs := make([]uint64, n)
	for i := range pcs {
		pcs[i] = f.pointer(buf[i*f.PtrSize:])
	}
	return pcs, nil
}

// pointer decodes the pointer that b begins with.
func (f Format) pointer(b []byte) uint64 {
	if f.PtrSize == 4 {
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

package spawnlabel

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
)

// An image is memory that begins at address base; what is not there cannot
// be read.
type image struct {
	base  uint64
	bytes []byte
	read  int // bytes read so far
}

const imageBase = 0x10000

func (m *image) ReadMemory(addr uint64, buf []byte) error {
	at := addr - m.base
	if at > uint64(len(m.bytes)) || uint64(len(buf)) > uint64(len(m.bytes))-at {
		return errors.New("no such memory")
	}
	m.read += copy(buf, m.bytes[at:])
	return nil
}

// label appends a label and returns its address.
func (m *image) label(ptrSize int, parent uint64, depth, flags uint16, n uint32, pcs ...uint64) uint64 {
	for len(m.bytes)%ptrSize != 0 {
		m.bytes = append(m.bytes, 0)
	}
	addr := m.base + uint64(len(m.bytes))
	word := func(v uint64) {
		if ptrSize == 4 {
			m.bytes = binary.LittleEndian.AppendUint32(m.bytes, uint32(v))
		} else {
			m.bytes = binary.LittleEndian.AppendUint64(m.bytes, v)
		}
	}
	word(parent)
	for range 3 {
		word(0xdeadbeef)
	}
	m.bytes = binary.LittleEndian.AppendUint16(m.bytes, depth)
	m.bytes = binary.LittleEndian.AppendUint16(m.bytes, flags)
	m.bytes = binary.LittleEndian.AppendUint32(m.bytes, n)
	for _, pc := range pcs {
		word(pc)
	}
	return addr
}

// record returns a format record.
func record(version uint32, words ...uint32) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(Magic), version)
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

func formatOf(ptrSize int) Format {
	return Format{PtrSize: ptrSize, GGoid: 8, GParentGoid: 16, GSpawn: 24, GSpawnGoids: 32, MaxDepth: 64, MaxPCs: 96}
}

func TestReadFormat(t *testing.T) {
	for _, test := range []struct {
		name, want string
		bytes      []byte
	}{
		{"good", "", record(1, 8, 152, 272, 464, 472, 64, 96, 64<<20, 0)},
		{"32 bits", "", record(1, 4, 152, 272, 464, 472, 64, 96, 64<<20, 0)},
		{"other version", "this binary's spawn labels are of format 2, this dlvx reads 1: rebuild the program or use the matching dlvx", record(2)},
		{"no magic", "there is none", make([]byte, 64)},
		{"short", "no such memory", record(1, 8)},
		{"empty", "no such memory", nil},
		{"pointer size", "impossible values", record(1, 5, 152, 272, 464, 472, 64, 96, 0, 0)},
		{"offset", "impossible values", record(1, 8, 152, 1<<30, 464, 472, 64, 96, 0, 0)},
		{"depth", "impossible values", record(1, 8, 152, 272, 464, 472, 1<<31, 96, 0, 0)},
		{"frames", "impossible values", record(1, 8, 152, 272, 464, 472, 64, 0xffffffff, 0, 0)},
	} {
		f, err := ReadFormat(&image{base: imageBase, bytes: test.bytes}, imageBase)
		switch {
		case test.want == "" && (err != nil || f.GSpawn != 464 || f.GSpawnGoids != 472 || f.MaxMemory != 64<<20):
			t.Errorf("%s: %+v, %v", test.name, f, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
}

func TestReadChain(t *testing.T) {
	for _, size := range []int{4, 8} {
		m := &image{base: imageBase}
		oldest := m.label(size, 0, 1, 0, 2, 11, 12)
		middle := m.label(size, oldest, 2, flagRespawn|1<<5, 1, 21)
		newest := m.label(size, middle, 3, flagPCsCut, 0)
		c, err := formatOf(size).Read(m, newest, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := []Label{
			{Addr: newest, PCs: []uint64{}, PCsCut: true},
			{Addr: middle, PCs: []uint64{21}, Respawn: true},
			{Addr: oldest, PCs: []uint64{11, 12}},
		}
		equal := func(a, b Label) bool {
			return a.Addr == b.Addr && a.PCsCut == b.PCsCut && a.Respawn == b.Respawn && slices.Equal(a.PCs, b.PCs)
		}
		if !slices.EqualFunc(c.Labels, want, equal) || c.Cut != NotCut {
			t.Errorf("pointers of %d bytes: %+v", size, c)
		}
		for flag, cut := range map[uint16]Cut{flagCutDepth: CutDepth, flagCutMemory: CutMemory, flagCutUnknown: CutUnknown} {
			marker := m.label(size, 0, 0, flag, 0)
			for labels, addr := range []uint64{marker, m.label(size, marker, 1, 0, 1, 31)} {
				if c, err := formatOf(size).Read(m, addr, 1); err != nil || c.Cut != cut || len(c.Labels) != labels {
					t.Errorf("pointers of %d bytes, %v: %+v, %v", size, cut, c, err)
				}
			}
		}
	}
}

func TestReadHostile(t *testing.T) {
	for _, test := range []struct {
		name, want string
		make       func(m *image) uint64
	}{
		{"wild pointer", "no such memory", func(m *image) uint64 { return 0xffffffffffffff00 }},
		{"unaligned", "not aligned", func(m *image) uint64 { return imageBase + 1 }},
		{"cycle", "depth 5 follows depth 5", func(m *image) uint64 { return m.label(8, imageBase, 5, 0, 0) }},
		{"longer cycle", "depth 5 follows depth 4", func(m *image) uint64 {
			m.label(8, imageBase+40, 5, 0, 0)
			m.label(8, imageBase, 4, 0, 0)
			return imageBase
		}},
		{"huge frame count", "impossible frame count 4294967295", func(m *image) uint64 { return m.label(8, 0, 1, 0, 0xffffffff) }},
		{"frame count beyond the program's", "frame count 97", func(m *image) uint64 { return m.label(8, 0, 1, 0, 97) }},
		{"frames that are not there", "no such memory", func(m *image) uint64 { return m.label(8, 0, 1, 0, 90) }},
		{"huge depth", "impossible depth 65535", func(m *image) uint64 { return m.label(8, 0, 0xffff, 0, 0) }},
		{"no parent", "no parent at depth 7", func(m *image) uint64 { return m.label(8, 0, 7, 0, 0) }},
		{"end without a reason", "impossible end", func(m *image) uint64 { return m.label(8, 0, 0, 0, 0) }},
		{"end with a parent", "impossible end", func(m *image) uint64 { return m.label(8, imageBase, 0, flagCutDepth, 0) }},
	} {
		m := &image{base: imageBase}
		c, err := formatOf(8).Read(m, test.make(m), 0)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "reading the spawn label at 0x") {
			t.Errorf("%s: %+v, error %v, want %q", test.name, c, err, test.want)
		}
	}
}

func TestReadSpawn(t *testing.T) {
	g := make([]byte, 64)
	for i := range g[:8] {
		binary.LittleEndian.PutUint64(g[8*i:], uint64(10*i))
	}
	m := &image{base: imageBase, bytes: g}
	s, err := formatOf(8).Spawn(m, imageBase)
	if want := (Spawn{Goid: 10, Label: 30, Spawners: [4]int64{20, 40, 50, 60}}); err != nil || s != want {
		t.Errorf("%+v, %v; want %+v", s, err, want)
	}
	binary.LittleEndian.PutUint64(g[16:], 0) // started by a timer
	s, err = formatOf(8).Spawn(m, imageBase)
	if want := (Spawn{Goid: 10, Label: 30, Spawners: [4]int64{40, 50, 60}}); err != nil || s != want {
		t.Errorf("%+v, %v; want %+v", s, err, want)
	}
	for n := range g {
		if _, err := formatOf(8).Spawn(&image{base: imageBase, bytes: g[:n]}, imageBase); n < 56 && err == nil {
			t.Errorf("no error with %d bytes", n)
		}
	}
}

// FuzzRead reads whatever there is as a format record, a goroutine and a
// chain: every error is fine, a hang, a panic or a flood of reads is not.
func FuzzRead(f *testing.F) {
	m := &image{base: imageBase, bytes: record(1, 8, 64, 72, 80, 88, 64, 96, 64<<20, 0)}
	m.bytes = append(m.bytes, make([]byte, 64)...)
	last := m.label(8, m.label(8, m.label(8, 0, 0, flagCutDepth, 0), 1, flagRespawn, 1, 11), 2, 0, 2, 21, 22)
	binary.LittleEndian.PutUint64(m.bytes[80:], last)
	f.Add(m.bytes, last)
	f.Add(m.bytes, uint64(imageBase))
	small := &image{base: imageBase, bytes: record(1, 4, 64, 72, 80, 88, 64, 96, 64<<20, 0)}
	f.Add(small.bytes, small.label(4, small.label(4, 0, 1, 0, 1, 11), 2, flagPCsCut, 1, 21))
	f.Fuzz(func(t *testing.T, bytes []byte, label uint64) {
		m := &image{base: imageBase, bytes: bytes}
		format, err := ReadFormat(m, imageBase)
		if err != nil {
			format = formatOf(4 + len(bytes)%2*4)
		}
		if spawn, err := format.Spawn(m, imageBase); err == nil {
			checkRead(t, m, format, spawn.Label)
		}
		checkRead(t, m, format, label)
	})
}

func checkRead(t *testing.T, m *image, f Format, label uint64) {
	m.read = 0
	c, err := f.Read(m, label, 0)
	if most := (f.MaxDepth + 2) * (f.headerSize() + f.PtrSize*f.MaxPCs); m.read > most {
		t.Errorf("read %d bytes, more than the largest chain's %d", m.read, most)
	}
	if err != nil && len(c.Labels) != 0 {
		t.Errorf("%d labels besides the error %v", len(c.Labels), err)
	}
	if len(c.Labels) > f.MaxDepth {
		t.Errorf("%d labels, more than %d", len(c.Labels), f.MaxDepth)
	}
	for limit := range len(c.Labels) {
		short, err := f.Read(m, label, limit+1)
		if err != nil || len(short.Labels) != limit+1 {
			t.Errorf("limit %d of %d: %d labels, %v", limit+1, len(c.Labels), len(short.Labels), err)
		}
	}
}

package spawnlabel

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
)

// tableImage returns an image with an empty table at its base, and what sets a
// word of it.
func tableImage(ptrSize int) (m *image, set func(addr, value uint64)) {
	m = &image{base: imageBase, bytes: make([]byte, tableSize*ptrSize)}
	return m, func(addr, value uint64) {
		at := m.bytes[addr-m.base:]
		if ptrSize == 4 {
			binary.LittleEndian.PutUint32(at, uint32(value))
		} else {
			binary.LittleEndian.PutUint64(at, value)
		}
	}
}

func TestTable(t *testing.T) {
	for _, ptrSize := range []int{4, 8} {
		f := Format{PtrSize: ptrSize, MaxDepth: 3, MaxPCs: 4, MaxMemory: 1 << 20}
		m, set := tableImage(ptrSize)
		word := uint64(ptrSize)
		label := func(parent, canon, next uint64, depth, flags uint16, pcs ...uint64) uint64 {
			addr := m.label(ptrSize, parent, depth, flags, uint32(len(pcs)), pcs...)
			set(addr+word, canon)
			set(addr+2*word, next)
			return addr
		}
		a := label(0, 0, 0, 1, 0, 11, 12)
		b := label(a, 0, a, 2, flagRespawn, 21)
		c := label(b, a, 0, 4, flagPCsCut, 31)
		set(imageBase, b)
		set(imageBase+(tableSize-1)*word, c)
		var got []TableLabel
		err := f.Table(m, imageBase, func(l TableLabel) error {
			got = append(got, l)
			return nil
		})
		want := []TableLabel{
			{Label{Addr: b, PCs: []uint64{21}, Respawn: true}, 2, true},
			{Label{Addr: a, PCs: []uint64{11, 12}}, 1, true},
			{Label{Addr: c, PCs: []uint64{31}, PCsCut: true}, 4, false},
		}
		same := slices.EqualFunc(got, want, func(a, b TableLabel) bool {
			return a.Addr == b.Addr && slices.Equal(a.PCs, b.PCs) && a.Respawn == b.Respawn && a.PCsCut == b.PCsCut && a.Depth == b.Depth && a.Carried == b.Carried
		})
		if err != nil || !same {
			t.Errorf("pointers of %d bytes: got %+v, %v\nwant %+v", ptrSize, got, err, want)
		}
		enough := errors.New("enough")
		if err := f.Table(m, imageBase, func(TableLabel) error { return enough }); !errors.Is(err, enough) {
			t.Errorf("error %v", err)
		}

		for name, spoil := range map[string]func(){
			"there are more labels than fit":  func() { set(a+2*word, b) }, // a list without an end
			"impossible depth 5":              func() { binary.LittleEndian.PutUint16(m.bytes[c-m.base+4*word:], 5) },
			"no such memory":                  func() { set(imageBase, 1<<20*word) },
			"the address is not aligned":      func() { set(imageBase, a+1) },
			"impossible depth 0":              func() { binary.LittleEndian.PutUint16(m.bytes[c-m.base+4*word:], 0) },
			"impossible frame count 16777216": func() { binary.LittleEndian.PutUint32(m.bytes[c-m.base+4*word+4:], 1<<24) },
		} {
			before := slices.Clone(m.bytes)
			spoil()
			err := f.Table(m, imageBase, func(TableLabel) error { return nil })
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("error %v, want %s", err, name)
			}
			m.bytes = before
		}
	}
}

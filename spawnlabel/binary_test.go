package spawnlabel

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestInBinary(t *testing.T) {
	record := Magic + "\x01\x00\x00\x00"
	for _, c := range []struct {
		name, binary string
		want         bool
	}{
		{"nothing", "", false},
		{"record", "ELF" + record + "\x08", true},
		{"magic as a constant", Magic + "more text" + Magic, false},
		{"another format", Magic + "\x02\x00\x00\x00", false},
		{"across pieces", strings.Repeat("x", 1<<20-7) + record, true},
		{"at the end of the second piece", strings.Repeat("x", 2<<20-2*len(record)+1) + record, true},
		{"cut off", strings.Repeat("x", 1<<20) + record[:len(record)-1], false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := InBinary(iotest.HalfReader(strings.NewReader(c.binary)))
			if got != c.want || err != nil {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
	if got, err := InBinary(io.MultiReader(bytes.NewReader(make([]byte, 10)), iotest.ErrReader(errors.New("disk")))); err == nil {
		t.Errorf("got %v and no error", got)
	}
}

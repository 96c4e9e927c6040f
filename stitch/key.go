package stitch

import (
	"crypto/sha256"
	"hash"
	"io"
	"strconv"
)

// A Key tells groups, or chains, of different looks apart, and is the same for
// equal ones in all snapshots of one program.
type Key [sha256.Size]byte

// Key returns the group's key. Of what is only guessed of a chain (provenance
// live) the go statement alone is part of it: the rest is what the spawner
// happens to do.
func (g Group) Key() Key {
	h := sha256.New()
	write(h, g.State())
	for _, f := range g.Goroutines[0].Own {
		writeFrame(h, f)
	}
	writeChain(h, g.Goroutines[0].Chain)
	return Key(h.Sum(nil))
}

// Key returns the chain's key, in which guesses count as in that of a [Group].
func (c Chain) Key() Key {
	h := sha256.New()
	writeChain(h, c)
	return Key(h.Sum(nil))
}

func writeChain(h hash.Hash, c Chain) {
	for _, l := range c.Links {
		write(h, "\x00link")
		if l.Provenance == Live {
			writeFrame(h, l.site())
			return
		}
		for _, f := range l.Frames {
			writeFrame(h, f)
		}
	}
}

func writeFrame(h hash.Hash, f Frame) { write(h, f.Func, f.File, strconv.Itoa(f.Line)) }

// write writes words with an end to each.
func write(h hash.Hash, words ...string) {
	for _, w := range words {
		io.WriteString(h, w+"\x00") // a hash takes everything
	}
}

package goruntime

import "fmt"

const (
	maxRun = 64 << 10 // what sessions read at once
	maxGap = 8 << 10  // what may lie between two pieces that are read together
)

// readRanges reads many pieces of memory and sets the Err of each. They should
// be in the order of their addresses: where the Session does not read ranges,
// those that stand close together are read at once.
func (m *memory) readRanges(ranges []Range) error {
	if s, ok := m.s.(RangeReader); ok {
		if err := s.ReadRanges(ranges); err != nil {
			return fmt.Errorf("reading %d pieces of memory: %w", len(ranges), err)
		}
		return nil
	}
	for len(ranges) > 0 {
		n, size := run(ranges)
		m.readRun(ranges[:n], size)
		ranges = ranges[n:]
	}
	return nil
}

// run returns how many ranges, from the first on, are read at once, and how many
// bytes that is.
func run(ranges []Range) (n int, size uint64) {
	first := &ranges[0]
	size = uint64(len(first.Buf))
	for n = 1; n < len(ranges); n++ {
		r := &ranges[n]
		off := r.Addr - first.Addr
		end := off + uint64(len(r.Buf))
		if r.Addr < first.Addr || off > size+maxGap || off > maxRun || end > maxRun {
			break
		}
		size = max(size, end)
	}
	return n, size
}

func (m *memory) readRun(ranges []Range, size uint64) {
	if len(ranges) > 1 && size <= maxRun {
		if m.run == nil {
			m.run = make([]byte, maxRun)
		}
		if m.read(ranges[0].Addr, m.run[:size]) == nil {
			for i := range ranges {
				r := &ranges[i]
				copy(r.Buf, m.run[r.Addr-ranges[0].Addr:])
				r.Err = nil
			}
			return
		}
	}
	for i := range ranges { // or something between them is not readable
		r := &ranges[i]
		r.Err = m.read(r.Addr, r.Buf)
	}
}

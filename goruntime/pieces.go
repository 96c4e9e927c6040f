package goruntime

import "slices"

// pieces are what was read at some addresses, all of one size.
type pieces struct {
	addrs []uint64 // in their order, each once
	b     [][]byte // nil: it could not be read
}

// at returns what was read at an address; nil: it could not be read, or was not
// asked for.
func (ps pieces) at(addr uint64) []byte {
	if i, ok := slices.BinarySearch(ps.addrs, addr); ok {
		return ps.b[i]
	}
	return nil
}

// readEach reads a piece at each address.
func (p *program) readEach(addrs []uint64, size uint64) (pieces, error) {
	addrs = slices.DeleteFunc(slices.Clone(addrs), func(addr uint64) bool { return addr < pageSize || addr >= 1<<56 })
	slices.Sort(addrs)
	addrs = slices.Compact(addrs)
	buf := make([]byte, size*uint64(len(addrs)))
	ranges := make([]Range, len(addrs))
	for i, addr := range addrs {
		ranges[i] = Range{Addr: addr, Buf: buf[uint64(i)*size:][:size:size]}
	}
	if err := p.mem.readRanges(ranges); err != nil {
		return pieces{}, err
	}
	ps := pieces{addrs, make([][]byte, len(addrs))}
	for i, r := range ranges {
		if r.Err == nil {
			ps.b[i] = r.Buf
		}
	}
	return ps, nil
}

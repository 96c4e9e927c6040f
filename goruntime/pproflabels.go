package goruntime

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
)

// Bounds of what is believed to be pprof labels.
const (
	maxLabels      = 64
	maxLabelString = 16 << 10
)

// pprofLabels reads the pprof labels of goroutines (g.labels points to a
// runtime/pprof.labelMap), by their addresses. Those that cannot be read, or do
// not look like labels, are left out.
func (p *program) pprofLabels(ctx context.Context, living []*listed) (map[uint64]map[string]string, error) {
	distinct := map[uint64]bool{}
	for i := range living {
		if addr := living[i].labels; addr != 0 {
			distinct[addr] = true
		}
	}
	sets := map[uint64]map[string]string{}
	switch release := p.listing.release; {
	case release >= 24:
		return sets, p.labelSlices(ctx, distinct, sets)
	case release > 0:
		n := 0
		for addr := range distinct {
			if err := p.everySoOften(ctx, n); err != nil {
				return nil, err
			}
			n++
			if labels := p.labelMap(addr); labels != nil {
				sets[addr] = labels
			}
		}
	}
	return sets, nil
}

// labelSlices reads labels as they are since Go 1.24: a slice of pairs of strings.
// It does so in three rounds, each of which reads much at once.
func (p *program) labelSlices(ctx context.Context, addrs map[uint64]bool, sets map[uint64]map[string]string) error {
	const stringSize, pair = 16, 32
	header := func(b []byte) slice {
		return slice{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
	}
	wanted := map[slice]bool{}
	for addr := range addrs {
		wanted[slice{addr, 16}] = true
	}
	headers, err := p.pieces(ctx, wanted)
	if err != nil {
		return err
	}
	wanted = map[slice]bool{}
	for _, b := range headers {
		if h := header(b); h.len <= maxLabels {
			wanted[slice{h.ptr, h.len * pair}] = true
		}
	}
	arrays, err := p.pieces(ctx, wanted)
	if err != nil {
		return err
	}
	wanted = map[slice]bool{}
	for _, b := range arrays {
		for s := range slices.Chunk(b, stringSize) {
			if h := header(s); h.len <= maxLabelString {
				wanted[h] = true
			}
		}
	}
	read, err := p.pieces(ctx, wanted)
	if err != nil {
		return err
	}
	texts := make(map[slice]string, len(read)) // equal ones share their memory
	for at, b := range read {
		texts[at] = string(b)
	}
	for addr := range addrs {
		h, ok := headers[slice{addr, 16}]
		if !ok {
			continue
		}
		list := header(h)
		array, ok := arrays[slice{list.ptr, list.len * pair}]
		labels := map[string]string{}
		for b := range slices.Chunk(array, pair) {
			key, haveKey := texts[header(b)]
			value, haveValue := texts[header(b[stringSize:])]
			ok = ok && haveKey && haveValue
			labels[key] = value
		}
		if ok && len(labels) > 0 {
			sets[addr] = labels
		}
	}
	return nil
}

// pieces reads pieces of memory, given in bytes. Those that cannot be read are
// left out.
func (p *program) pieces(ctx context.Context, wanted map[slice]bool) (map[slice][]byte, error) {
	const atOnce = 2048
	sorted := make([]slice, 0, len(wanted))
	for s := range wanted {
		sorted = append(sorted, s)
	}
	slices.SortFunc(sorted, func(a, b slice) int { return cmp.Or(cmp.Compare(a.ptr, b.ptr), cmp.Compare(a.len, b.len)) })
	read := make(map[slice][]byte, len(sorted))
	for chunk := range slices.Chunk(sorted, atOnce) {
		if err := p.letIn(ctx); err != nil {
			return nil, err
		}
		ranges := make([]Range, 0, len(chunk))
		for _, s := range chunk {
			if s.len == 0 { // and its address may be anything
				read[s] = nil
				continue
			}
			ranges = append(ranges, Range{Addr: s.ptr, Buf: make([]byte, s.len)})
		}
		if err := p.mem.readRanges(ranges); err != nil {
			return nil, err
		}
		for _, r := range ranges {
			if r.Err == nil {
				read[slice{r.Addr, uint64(len(r.Buf))}] = r.Buf
			}
		}
	}
	return read, nil
}

// labelMap reads labels as they were before Go 1.24: a map of strings to strings,
// of the kind with buckets (runtime.hmap, runtime.bmap). nil: on any doubt.
func (p *program) labelMap(addr uint64) map[string]string {
	const (
		perBucket  = 8
		keys       = perBucket             // behind the hashes
		values     = keys + perBucket*16   // behind the keys
		overflow   = values + perBucket*16 // behind the values
		bucketSize = overflow + 8
		minTopHash = 5 // below it, a hash is a mark of a cell that is empty, or was moved
	)
	hmap, err := p.mem.uint64(addr)
	if err != nil {
		return nil
	}
	var h [32]byte
	if p.mem.read(hmap, h[:]) != nil {
		return nil
	}
	count, b := binary.LittleEndian.Uint64(h[:]), h[9]
	buckets, old := binary.LittleEndian.Uint64(h[16:]), binary.LittleEndian.Uint64(h[24:])
	if count == 0 || count > maxLabels || b > 6 || old != 0 { // old: it is being moved
		return nil
	}
	labels := map[string]string{}
	bucket := make([]byte, bucketSize)
	for i := range uint64(1) << b {
		next := buckets + i*bucketSize
		for n := 0; next != 0; n++ {
			if n > maxLabels || p.mem.read(next, bucket) != nil {
				return nil
			}
			for cell := range perBucket {
				if bucket[cell] < minTopHash {
					continue
				}
				key, okKey := p.labelText(bucket[keys+16*cell:])
				value, okValue := p.labelText(bucket[values+16*cell:])
				if !okKey || !okValue {
					return nil
				}
				labels[key] = value
			}
			next = binary.LittleEndian.Uint64(bucket[overflow:])
		}
	}
	if uint64(len(labels)) != count {
		return nil
	}
	return labels
}

// labelText reads the string whose header b begins with.
func (p *program) labelText(b []byte) (text string, ok bool) {
	s := slice{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
	if s.len > maxLabelString {
		return "", false
	}
	if s.len == 0 {
		return "", true
	}
	buf := make([]byte, s.len)
	if p.mem.read(s.ptr, buf) != nil {
		return "", false
	}
	return string(buf), true
}

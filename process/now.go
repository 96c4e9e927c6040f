//go:build linux && (amd64 || arm64)

package process

import (
	"errors"

	"github.com/dlvx/dlvx/goruntime"
)

var errUnreadable = errors.New("it cannot be read")

// ReadNow reads what is in the process's memory now, also of what the snapshot
// has a copy of.
func (s *Snapshot) ReadNow(ranges []goruntime.Range) error {
	pieces := make([]piece, len(ranges))
	for i, r := range ranges {
		pieces[i] = piece{addr: r.Addr, buf: r.Buf}
	}
	s.mu.Lock()
	err := s.p.mem.readAll(pieces)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	for i := range ranges {
		ranges[i].Err = nil
		if !pieces[i].ok {
			ranges[i].Err = errUnreadable
		}
	}
	return nil
}

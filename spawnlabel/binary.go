package spawnlabel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// InBinary tells whether a binary, read whole from r, records labels in the
// format of this package. It looks for the format record, which stands in the
// data of every such binary, stripped ones included.
func InBinary(r io.Reader) (bool, error) {
	// The magic alone is in every program that has this package.
	record := binary.LittleEndian.AppendUint32([]byte(Magic), formatVersion)
	buf := make([]byte, 1<<20)
	kept := 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		if bytes.Contains(buf[:kept+n], record) {
			return true, nil
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return false, nil
		case err != nil:
			return false, fmt.Errorf("looking for spawn labels: %w", err)
		}
		// It may stand across two pieces.
		kept = copy(buf, buf[len(buf)-len(record)+1:])
	}
}

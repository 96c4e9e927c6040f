package dapproxy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The base protocol: header fields ended by \r\n, an empty line, and a body of
// Content-Length bytes
// (https://microsoft.github.io/debug-adapter-protocol/overview#base-protocol).
const (
	// maxHeader bounds the header of one message.
	maxHeader = 4 << 10
	// maxBody bounds a body. go-dap refuses to read more than 4 MiB, but
	// neither Delve nor an editor refuses to write it.
	maxBody = 256 << 20
	// maxTrusted is the length for which memory is set aside at once.
	maxTrusted = 64 << 10
)

// framingError tells that a peer does not speak the base protocol; the place
// where the next message begins is lost with it.
type framingError struct{ what string }

func (e *framingError) Error() string { return "malformed DAP header: " + e.what }

// readBody reads one message's body. It returns io.EOF only between messages.
func readBody(r *bufio.Reader) ([]byte, error) {
	length := int64(-1)
	for size := 0; ; {
		line, err := readLine(r, maxHeader-size)
		if err != nil {
			if errors.Is(err, io.EOF) && (size > 0 || line != "") {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		size += len(line)
		field, ok := strings.CutSuffix(line, "\r\n")
		if !ok {
			return nil, &framingError{fmt.Sprintf("%.60q does not end in \\r\\n", line)}
		}
		if field == "" {
			break
		}
		name, value, ok := strings.Cut(field, ":")
		if !ok {
			return nil, &framingError{fmt.Sprintf("%.60q is not a header field", field)}
		}
		if !strings.EqualFold(name, "Content-Length") {
			continue // such as Content-Type
		}
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 63)
		if err != nil {
			return nil, &framingError{fmt.Sprintf("%.60q is not a length", field)}
		}
		if n > maxBody {
			return nil, &framingError{fmt.Sprintf("a body of %d bytes is over the limit of %d", n, maxBody)}
		}
		length = int64(n)
	}
	if length < 0 {
		return nil, &framingError{"Content-Length is missing"}
	}
	if length <= maxTrusted {
		body := make([]byte, length)
		_, err := io.ReadFull(r, body)
		return body, cutShort(err)
	}
	// Grown as the bytes come in: a header alone must not cost memory.
	var body bytes.Buffer
	_, err := io.CopyN(&body, r, length)
	return body.Bytes(), cutShort(err)
}

// cutShort turns an end within a body into an error that says so.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readLine reads up to and including a newline, at most limit bytes.
func readLine(r *bufio.Reader, limit int) (string, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) || len(line) > limit {
		return "", &framingError{fmt.Sprintf("longer than %d bytes", maxHeader)}
	}
	return string(line), err
}

// writeBody writes one message in a single Write, so that a peer that goes
// away cannot leave half a header behind.
func writeBody(w io.Writer, body []byte) error {
	message := make([]byte, 0, len(body)+32)
	message = fmt.Appendf(message, "Content-Length: %d\r\n\r\n", len(body))
	_, err := w.Write(append(message, body...))
	return err
}

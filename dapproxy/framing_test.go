package dapproxy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestReadBody(t *testing.T) {
	for _, c := range []struct{ name, in, want, err string }{
		{"plain", "Content-Length: 2\r\n\r\n{}", "{}", ""},
		{"empty body", "Content-Length: 0\r\n\r\n", "", ""},
		{"other fields", "Content-Type: x\r\ncontent-length:3\r\n\r\nabc", "abc", ""},
		{"end", "", "", "EOF"},
		{"end in header", "Content-Le", "", "unexpected EOF"},
		{"end after header", "Content-Length: 2\r\n\r\n", "", "unexpected EOF"},
		{"end in body", "Content-Length: 2\r\n\r\n{", "", "unexpected EOF"},
		{"end between fields", "Content-Length: 2\r\n", "", "unexpected EOF"},
		{"no carriage return", "Content-Length: 2\n\n{}", "", `"Content-Length: 2\n" does not end in \r\n`},
		{"no length", "Content-Type: x\r\n\r\n{}", "", "Content-Length is missing"},
		{"no colon", "GET / HTTP/1.1\r\n\r\n", "", "not a header field"},
		{"negative", "Content-Length: -1\r\n\r\n", "", "not a length"},
		{"huge", "Content-Length: 99999999999\r\n\r\n", "", "over the limit"},
		{"beyond numbers", "Content-Length: 99999999999999999999999\r\n\r\n", "", "not a length"},
		{"endless", strings.Repeat("x", 1<<16), "", "longer than 4096 bytes"},
		{"endless fields", strings.Repeat("a: b\r\n", 1<<12), "", "longer than 4096 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readBody(bufio.NewReader(strings.NewReader(c.in)))
			if c.err == "" {
				if err != nil || string(got) != c.want {
					t.Errorf("got %q, %v; want %q", got, err, c.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %q, %v; want error %q", got, err, c.err)
			}
		})
	}
}

func FuzzFraming(f *testing.F) {
	f.Add([]byte("Content-Length: 2\r\n\r\n{}Content-Length: 0\r\n\r\n"))
	f.Add([]byte("Content-Length: 5\r\nX: y\r\n\r\n{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bufio.NewReader(bytes.NewReader(data))
		for {
			body, err := readBody(r)
			if err != nil {
				var malformed *framingError
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, &malformed) {
					t.Fatalf("%q: unforeseen error %v", data, err)
				}
				return
			}
			var again bytes.Buffer
			if err := writeBody(&again, body); err != nil {
				t.Fatal(err)
			}
			back, err := readBody(bufio.NewReader(&again))
			if err != nil || !bytes.Equal(back, body) {
				t.Fatalf("%q was read back as %q, %v", body, back, err)
			}
		}
	})
}

package dapproxy

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"
)

func TestPipe(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b := Pipe()
		// A write does not wait for its reader ...
		if _, err := a.Write([]byte("one ")); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Write([]byte("two")); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 20)
		if n, err := b.Read(buf); err != nil || string(buf[:n]) != "one two" {
			t.Errorf("read %q, %v", buf[:n], err)
		}
		// ... until too much is waiting.
		data := bytes.Repeat([]byte("0123456789abcdef"), maxPiped/8)
		written := make(chan error, 1)
		go func() {
			_, err := b.Write(data)
			written <- err
		}()
		synctest.Wait()
		if len(written) != 0 {
			t.Error("a write of twice the buffer did not wait")
		}
		got := make([]byte, len(data))
		if _, err := io.ReadFull(a, got); err != nil || !bytes.Equal(got, data) {
			t.Errorf("what was read is not what was written: %v", err)
		}
		if err := <-written; err != nil {
			t.Error(err)
		}
	})
}

func TestPipeCloses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b := Pipe()
		full := make(chan error, 1)
		go func() {
			_, err := b.Write(make([]byte, maxPiped+1))
			full <- err
		}()
		_, _ = a.Write([]byte("last"))
		synctest.Wait()
		a.Close()
		a.Close()
		if err := <-full; !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("the write that waited: %v", err)
		}
		if got, err := io.ReadAll(b); err != nil || string(got) != "last" {
			t.Errorf("read %q, %v", got, err)
		}
		if _, err := b.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("writing to a closed end: %v", err)
		}
		if _, err := a.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("reading from a closed end: %v", err)
		}
		if _, err := a.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("writing to a closed end: %v", err)
		}
	})
}

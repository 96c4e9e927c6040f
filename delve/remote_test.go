package delve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"
)

// TestSilentServer: what takes a connection and says nothing is no Delve.
func TestSilentServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere it cannot be told from a Delve that loads its program")
	}
	l, err := net.Listen("tcp", ":0") // as most servers do: on IPv6, too
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
		}
	}()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, err = DialRemote(t.Context(), "127.0.0.1:"+port, slog.New(slog.DiscardHandler))
	if err == nil || !strings.HasSuffix(err.Error(), "does not answer as a headless Delve does: it says nothing") {
		t.Errorf("error %v", err)
	}
}

// TestWaitInterrupted: who waits for a Delve that is not ready is told so, and
// may give up.
func TestWaitInterrupted(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	log := slog.New(slog.NewTextHandler(writerFunc(func(b []byte) (int, error) {
		if strings.Contains(string(b), "waiting for an answer") {
			cancel(enough)
		}
		return len(b), nil
	}), nil))
	if _, err := DialRemote(ctx, l.Addr().String(), log); !errors.Is(err, enough) {
		t.Errorf("error %v", err)
	}
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

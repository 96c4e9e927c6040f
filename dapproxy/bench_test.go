package dapproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/stitch"
)

// BenchmarkStackTrace is what the proxy adds to a stackTrace of 8 own frames
// with a chain of five, read before: to be compared with bare.
func BenchmarkStackTrace(b *testing.B) {
	var links []stitch.Link
	for n := range 5 {
		l := stitch.Link{Spawner: int64(n + 2), Provenance: stitch.Label}
		for range 4 {
			l.Frames = append(l.Frames, stitch.Frame{Func: "example.com/a/b.(*T).spawn", File: "/home/user/src/a/b/t.go", Line: 70, PC: 0x4bd049, Live: -1})
		}
		links = append(links, l)
	}
	var frames []string
	for n := range 8 {
		frames = append(frames, fmt.Sprintf(`{"id":%d,"name":"b.(*T).work","source":{"name":"t.go","path":"/home/user/src/a/b/t.go"},"line":%d,"column":0,"instructionPointerReference":"0x4bd049"}`, 1000+n, n))
	}
	answer := fmt.Sprintf(`"type":"response","success":true,"command":"stackTrace","body":{"stackFrames":[%s],"totalFrames":8}}`, strings.Join(frames, ","))
	serve := func(conn io.ReadWriter) {
		in := bufio.NewReader(conn)
		_ = writeBody(conn, []byte(`{"seq":1,"type":"event","event":"stopped"}`))
		for n := 2; ; n++ {
			body, err := readBody(in)
			if err != nil {
				return
			}
			m, _ := parseMessage(body)
			if writeBody(conn, fmt.Appendf(nil, `{"seq":%d,"request_seq":%d,%s`, n, m.seq, answer)) != nil {
				return
			}
		}
	}
	ask := func(b *testing.B, conn net.Conn) {
		in := bufio.NewReader(conn)
		if _, err := readBody(in); err != nil {
			b.Fatal(err)
		}
		for n := 1; b.Loop(); n++ {
			if err := writeBody(conn, fmt.Appendf(nil, `{"seq":%d,"type":"request","command":"stackTrace","arguments":{"threadId":5,"startFrame":0,"levels":50}}`, n)); err != nil {
				b.Fatal(err)
			}
			if _, err := readBody(in); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("bare", func(b *testing.B) {
		client, delve := loopback(b)
		defer client.Close()
		go serve(delve)
		ask(b, client)
	})
	b.Run("proxied", func(b *testing.B) {
		client, front := loopback(b)
		back, delve := net.Pipe()
		done := make(chan error)
		go serve(delve)
		go func() {
			done <- Serve(b.Context(), front, back, Config{NewChains: func(*Injector) Chains {
				return chainFunc(func(int64) (stitch.Chain, error) { return stitch.Chain{Links: links}, nil })
			}})
		}()
		ask(b, client)
		client.Close()
		<-done
	})
}

func loopback(b *testing.B) (client, server net.Conn) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		b.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		b.Fatal(err)
	}
	return client, server
}

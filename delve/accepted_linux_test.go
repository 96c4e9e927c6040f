package delve

import (
	"net"
	"path/filepath"
	"testing"
)

func TestAccepted(t *testing.T) {
	for _, c := range []struct{ network, listen, dial string }{
		{"tcp4", "127.0.0.1:0", ""},
		{"tcp6", "[::1]:0", ""},
		{"tcp", ":0", "127.0.0.1"}, // by IPv4 to a socket of IPv6
		{"unix", filepath.Join(t.TempDir(), "sock et"), ""},
	} {
		t.Run(c.network+c.dial, func(t *testing.T) {
			l, err := net.Listen(c.network, c.listen)
			if err != nil {
				if c.network == "tcp6" {
					t.Skip(err)
				}
				t.Fatal(err)
			}
			defer l.Close()
			addr := l.Addr().String()
			if c.dial != "" {
				_, port, err := net.SplitHostPort(addr)
				if err != nil {
					t.Fatal(err)
				}
				addr = net.JoinHostPort(c.dial, port)
			}
			conn, err := net.Dial(c.network, addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if taken, known := accepted(conn); taken || !known {
				t.Errorf("before Accept: %t, %t", taken, known)
			}
			server, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			if taken, known := accepted(conn); !taken || !known {
				t.Errorf("after Accept: %t, %t", taken, known)
			}
		})
	}
}

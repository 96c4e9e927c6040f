package delve

import (
	"net"
	"testing"
)

func TestAccepted(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp4", l.Addr().String())
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
}

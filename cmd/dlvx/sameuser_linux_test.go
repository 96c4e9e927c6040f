package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestCheckSameUser(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", "0.0.0.0:0"} {
		t.Run(addr, func(t *testing.T) {
			l, err := net.Listen("tcp", addr)
			if err != nil {
				t.Skip("this machine has no such network:", err)
			}
			defer l.Close()
			client, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			server, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			if err := checkSameUser(l.Addr(), server); err != nil {
				t.Error(err)
			}
			local, remote := server.LocalAddr().(*net.TCPAddr), server.RemoteAddr().(*net.TCPAddr)
			if uid, err := socketUser(local, remote); err != nil || uid != os.Getuid() {
				t.Errorf("the user is %d (%v), want %d", uid, err, os.Getuid())
			}
			// The server's end is not the client's.
			if _, err := socketUser(&net.TCPAddr{IP: local.IP, Port: 1}, remote); err == nil {
				t.Error("found a connection that is not there")
			}
		})
	}
}

func TestFindSocketOfAnotherUser(t *testing.T) {
	table := filepath.Join(t.TempDir(), "tcp")
	// From proc_net_tcp(5), as in the tests of Delve's sameuser.
	const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
  21: 0100007F:E682 0100007F:0FC8 01 00000000:00000000 00:00000000 00000000 149097        0 8420541 2 0000000000000000 20 0 0 10 -1
`
	if err := os.WriteFile(table, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	own, _ := procAddr4(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 59010})
	peer, _ := procAddr4(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4040})
	if uid, found, err := findSocket(table, own, peer); uid != 149097 || !found || err != nil {
		t.Errorf("got %d, %v, %v", uid, found, err)
	}
}

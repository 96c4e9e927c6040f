package delve

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"strings"
)

// accepted tells whether the program at the other end of a connection within
// this machine has taken it: a Delve that is still loading its program has not.
// known is false where that is not to be told.
func accepted(conn net.Conn) (taken, known bool) {
	// The kernel gives a socket its inode when it is accepted: proc_net_tcp(5).
	switch remote := conn.RemoteAddr().(type) {
	case *net.TCPAddr:
		local, ok := conn.LocalAddr().(*net.TCPAddr)
		if !ok {
			return false, false
		}
		taken = true
		for _, table := range []struct {
			file string
			addr func(*net.TCPAddr) string
		}{{"/proc/net/tcp", procAddr4}, {"/proc/net/tcp6", procAddr6}} {
			// Seen from the other end the addresses are swapped.
			eachSocket(table.file, func(f []string) {
				if len(f) > 9 && f[1] == table.addr(remote) && f[2] == table.addr(local) {
					taken, known = f[9] != "0", true
				}
			})
		}
	case *net.UnixAddr:
		// Which of the connections to a path is this one is not to be told.
		taken = true
		eachSocket("/proc/net/unix", func(f []string) {
			if len(f) < 8 || strings.Join(f[7:], " ") != remote.Name {
				return
			}
			known = true
			if f[6] == "0" {
				taken = false
			}
		})
	}
	return taken && known, known
}

// eachSocket calls f with the fields of each line of a table of sockets.
func eachSocket(table string, f func(fields []string)) {
	b, err := os.ReadFile(table)
	if err != nil {
		return
	}
	for line := range strings.Lines(string(b)) {
		f(strings.Fields(line))
	}
}

// procAddr4 writes an address as /proc/net/tcp does; "": it stands in no such table.
func procAddr4(a *net.TCPAddr) string {
	ip := a.IP.To4()
	if ip == nil {
		return ""
	}
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(ip), a.Port)
}

// procAddr6 writes an address as /proc/net/tcp6 does, an IPv4 one as a server
// that listens on both sees it.
func procAddr6(a *net.TCPAddr) string {
	ip := a.IP.To16()
	if ip == nil {
		return ""
	}
	var b strings.Builder
	for word := range 4 {
		fmt.Fprintf(&b, "%08X", binary.NativeEndian.Uint32(ip[4*word:]))
	}
	return fmt.Sprintf("%s:%04X", b.String(), a.Port)
}

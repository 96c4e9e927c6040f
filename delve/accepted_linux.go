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
	local, ok := conn.LocalAddr().(*net.TCPAddr)
	remote, ok2 := conn.RemoteAddr().(*net.TCPAddr)
	if !ok || !ok2 || local.IP.To4() == nil || remote.IP.To4() == nil {
		return false, false
	}
	table, err := os.ReadFile("/proc/net/tcp") // proc_net_tcp(5)
	if err != nil {
		return false, false
	}
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		// Seen from the other end the addresses are swapped. The kernel gives a
		// socket its inode when it is accepted.
		if len(f) > 9 && f[1] == procAddr(remote) && f[2] == procAddr(local) {
			return f[9] != "0", true
		}
	}
	return false, false
}

func procAddr(a *net.TCPAddr) string {
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(a.IP.To4()), a.Port)
}

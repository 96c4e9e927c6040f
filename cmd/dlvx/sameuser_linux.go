package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// checkSameUser refuses a connection over the loopback network that another
// user of this machine has opened: a debugger does whatever its client says.
// Delve's own check, of the same name, cannot be imported.
func checkSameUser(listening net.Addr, conn net.Conn) error {
	at, ok := listening.(*net.TCPAddr)
	if !ok || !at.IP.IsLoopback() {
		return nil
	}
	local, okLocal := conn.LocalAddr().(*net.TCPAddr)
	remote, okRemote := conn.RemoteAddr().(*net.TCPAddr)
	if !okLocal || !okRemote {
		return fmt.Errorf("checking the user of %v: not a TCP connection", conn.RemoteAddr())
	}
	uid, err := socketUser(local, remote)
	if err != nil {
		return fmt.Errorf("checking the user of %v: %w; see --only-same-user", remote, err)
	}
	if uid != os.Getuid() {
		return fmt.Errorf("refused the connection of another user (%v, uid %d): only connections from the user that started dlvx are allowed; see --only-same-user", remote, uid)
	}
	return nil
}

// socketUser returns the user who owns the other end of a connection within
// this machine.
func socketUser(local, remote *net.TCPAddr) (uid int, err error) {
	// The kernel lists the sockets of each family on its own, and an IPv4
	// connection to a socket of both families among those of IPv6.
	for _, table := range []struct {
		path string
		text func(*net.TCPAddr) (string, bool)
	}{
		{"/proc/net/tcp", procAddr4},
		{"/proc/net/tcp6", procAddr6},
	} {
		// Seen from the other end the addresses are swapped.
		own, ok := table.text(remote)
		peer, ok2 := table.text(local)
		if !ok || !ok2 {
			continue
		}
		uid, found, err := findSocket(table.path, own, peer)
		if err != nil {
			return 0, err
		}
		if found {
			return uid, nil
		}
	}
	return 0, errors.New("the kernel does not list it")
}

// findSocket looks a socket up in a table of proc_net_tcp(5).
func findSocket(path, own, peer string) (uid int, found bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, false, nil // a kernel without that family
	}
	if err != nil {
		return 0, false, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 8 || fields[1] != own || fields[2] != peer {
			continue
		}
		uid, err := strconv.Atoi(fields[7])
		return uid, err == nil, err
	}
	return 0, false, lines.Err()
}

// The kernel prints addresses as 32-bit words in the machine's byte order.

func procAddr4(a *net.TCPAddr) (string, bool) {
	ip := a.IP.To4()
	if ip == nil {
		return "", false
	}
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(ip), a.Port), true
}

func procAddr6(a *net.TCPAddr) (string, bool) {
	ip := a.IP.To16()
	if ip == nil {
		return "", false
	}
	var b strings.Builder
	for ; len(ip) > 0; ip = ip[4:] {
		fmt.Fprintf(&b, "%08X", binary.NativeEndian.Uint32(ip))
	}
	return fmt.Sprintf("%s:%04X", b.String(), a.Port), true
}

//go:build linux && (amd64 || arm64)

package process

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// FileName returns what a file descriptor of the process is open on now: a path,
// "pipe:[1234]", or both ends of a connection, such as
// "tcp 127.0.0.1:80 to 10.0.0.7:40312". "": not known.
func (s *Snapshot) FileName(fd int) string {
	target, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", s.p.pid, fd))
	if err != nil {
		return ""
	}
	inode, ok := strings.CutPrefix(target, "socket:[")
	if !ok {
		return target
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sockets == nil {
		s.sockets = sockets(s.p.pid)
	}
	if name, ok := s.sockets[strings.TrimSuffix(inode, "]")]; ok {
		return name
	}
	return target
}

// sockets returns the names of all sockets of the process's network namespace, by
// their inodes.
func sockets(pid int) map[string]string {
	all := map[string]string{}
	for _, protocol := range []string{"tcp", "tcp6", "udp", "udp6"} {
		eachLine(pid, protocol, func(fields []string) {
			if inode, name, ok := parseInet(protocol, fields); ok {
				all[inode] = name
			}
		})
	}
	eachLine(pid, "unix", func(fields []string) {
		if inode, name, ok := parseUnix(fields); ok {
			all[inode] = name
		}
	})
	return all
}

// eachLine calls f with the fields of each line but the first of one of the
// kernel's tables.
func eachLine(pid int, table string, f func([]string)) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, table))
	if err != nil {
		return // a kernel without that protocol
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan(); lines.Scan(); {
		f(strings.Fields(lines.Text()))
	}
}

// parseInet reads a line of /proc/PID/net/tcp and the like (proc_net_tcp in the
// kernel's documentation): both addresses in hexadecimal, the state, the inode.
func parseInet(protocol string, fields []string) (inode, name string, ok bool) {
	if len(fields) < 10 {
		return "", "", false
	}
	local, err := parseAddress(fields[1])
	if err != nil {
		return "", "", false
	}
	remote, err := parseAddress(fields[2])
	if err != nil {
		return "", "", false
	}
	const listening = "0A"
	name = strings.TrimSuffix(protocol, "6") + " "
	switch {
	case protocol[:3] == "tcp" && fields[3] == listening:
		name += "listening on " + local.String()
	case remote.Port() == 0: // a socket of UDP that is not connected
		name += local.String()
	default:
		name += local.String() + " to " + remote.String()
	}
	return fields[9], name, true
}

// parseAddress reads "0100007F:1F90": the address as words of the machine, which
// is little-endian, and the port.
func parseAddress(s string) (netip.AddrPort, error) {
	host, port, _ := strings.Cut(s, ":")
	b, err := hex.DecodeString(host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	for i := 0; i+4 <= len(b); i += 4 {
		slices.Reverse(b[i : i+4])
	}
	addr, ok := netip.AddrFromSlice(b)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("%q is no address", host)
	}
	n, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(n)), nil
}

// parseUnix reads a line of /proc/PID/net/unix: the inode is the seventh field, a
// path may follow.
func parseUnix(fields []string) (inode, name string, ok bool) {
	if len(fields) < 7 {
		return "", "", false
	}
	name = "unix socket"
	if len(fields) > 7 {
		name += " " + fields[7]
	}
	return fields[6], name, true
}

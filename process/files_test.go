//go:build linux && (amd64 || arm64)

package process

import (
	"strings"
	"testing"
)

func TestSocketNames(t *testing.T) {
	for line, want := range map[string]string{
		"tcp: 0: 0100007F:1F90 0200000A:9D88 01 00000000:00000000 00:00000000 00000000 1000 0 4711 1":                                                 "4711 tcp 127.0.0.1:8080 to 10.0.0.2:40328",
		"tcp: 0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12 1":                                                      "12 tcp listening on 0.0.0.0:80",
		"udp: 0: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 13 1":                                                      "13 udp 127.0.0.1:53",
		"tcp6: 0: 00000000000000000000000001000000:1F90 B80D0120000000000000000002000000:0001 01 0:0 00:0 0 0 0 14 1":                                 "14 tcp [::1]:8080 to [2001:db8::2]:1",
		"tcp6: 0: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:0001 01 00000000:00000000 00:00000000 00000000 0 0 15 1 and": "15 tcp 127.0.0.1:8080 to 127.0.0.1:1",
		"unix: ffff: 00000002 00000000 00010000 0001 01 16 /run/x.sock":                                                                               "16 unix socket /run/x.sock",
		"unix: ffff: 00000002 00000000 00010000 0001 03 17":                                                                                           "17 unix socket",
		"tcp: 0: 0100007F:1F90":                                  " ",
		"tcp: 0: 0100007:1F90 0200000A:9D88 01 0 0 0 0 0 18 1":   " ",
		"tcp: 0: 010000:1F90 0200000A:9D88 01 0 0 0 0 0 18 1":    " ",
		"tcp: 0: 0100007F:1F90F 0200000A:9D88 01 0 0 0 0 0 18 1": " ",
		"tcp: 0: 0100007F:1F90 0200000A 01 0 0 0 0 0 18 1":       " ",
		"unix: ffff: 00000002 00000000":                          " ",
	} {
		protocol, rest, _ := strings.Cut(line, ": ")
		var inode, name string
		if protocol == "unix" {
			inode, name, _ = parseUnix(strings.Fields(rest))
		} else {
			inode, name, _ = parseInet(protocol, strings.Fields(rest))
		}
		if got := inode + " " + name; got != want {
			t.Errorf("%s is %q, and not %q", line, got, want)
		}
	}
}

func FuzzParseInet(f *testing.F) {
	f.Add("0: 0100007F:1F90 0200000A:9D88 01 00000000:00000000 00:00000000 00000000 1000 0 4711 1")
	f.Fuzz(func(t *testing.T, line string) {
		if inode, name, ok := parseInet("tcp6", strings.Fields(line)); ok != (name != "") || inode != "" && !strings.Contains(line, inode) {
			t.Errorf("%q: %q, %q, %v", line, inode, name, ok)
		}
	})
}

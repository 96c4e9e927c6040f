//go:build !linux

package delve

import "net"

// accepted tells nothing where the system does not say.
func accepted(net.Conn) (taken, known bool) { return false, false }

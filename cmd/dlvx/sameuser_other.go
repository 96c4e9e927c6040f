//go:build !linux

package main

import "net"

// checkSameUser checks nothing where the system does not say whose a
// connection is, as Delve.
func checkSameUser(net.Addr, net.Conn) error { return nil }

//go:build !linux

package delve

// explainAttach returns Delve's own words for why a process could not be
// attached to.
func explainAttach(_ int, err error) error { return err }

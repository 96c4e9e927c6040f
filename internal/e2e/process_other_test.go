//go:build !linux || !(amd64 || arm64)

package e2e

import "testing"

func (s *session) compareProcess(t *testing.T) {
	t.Skip("processes are looked at from outside on Linux only")
}

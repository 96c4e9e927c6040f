package main

import (
	"slices"
	"testing"
)

func TestWithoutToolexec(t *testing.T) {
	for _, c := range []struct{ in, want []string }{
		{nil, nil},
		{[]string{"-v", "."}, []string{"-v", "."}},
		{[]string{"-toolexec=a b", "-v"}, []string{"-v"}},
		{[]string{"-v", "--toolexec", "a", "./x"}, []string{"-v", "./x"}},
		{[]string{"-v", "-toolexec"}, []string{"-v"}},
	} {
		if got := withoutToolexec(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
		}
	}
}

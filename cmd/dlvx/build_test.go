package main

import (
	"slices"
	"testing"
)

func TestCutFlag(t *testing.T) {
	for _, c := range []struct{ in, rest, values []string }{
		{nil, nil, nil},
		{[]string{"-v", "."}, []string{"-v", "."}, nil},
		{[]string{"-toolexec=a b", "-v"}, []string{"-v"}, []string{"a b"}},
		{[]string{"-v", "--toolexec", "a", "./x"}, []string{"-v", "./x"}, []string{"a"}},
		{[]string{"--toolexec=a --b", "-toolexec", "b=c"}, nil, []string{"a --b", "b=c"}},
		{[]string{"-v", "-toolexec"}, []string{"-v"}, nil},
		{[]string{"-toolexecs=a", "toolexec"}, []string{"-toolexecs=a", "toolexec"}, nil},
		{[]string{"-v", "-args", "-toolexec", "a"}, []string{"-v", "-args", "-toolexec", "a"}, nil},
	} {
		if rest, values := cutFlag(c.in, "toolexec"); !slices.Equal(rest, c.rest) || !slices.Equal(values, c.values) {
			t.Errorf("%q becomes %q and %q, want %q and %q", c.in, rest, values, c.rest, c.values)
		}
	}
}

package spawnlabel

import (
	"slices"
	"strings"
	"testing"
)

func TestUserToolexec(t *testing.T) {
	for _, test := range []struct {
		name    string
		flags   []string
		goflags string
		want    []string
		err     string
	}{
		{name: "none"},
		{name: "other flags", flags: []string{"-race", "-tags=toolexec", "-gcflags", "-N -l"}, goflags: "-mod=mod"},
		{name: "one word", flags: []string{"-toolexec=tool"}, want: []string{"tool"}},
		{name: "two dashes", flags: []string{"--toolexec=tool arg"}, want: []string{"tool", "arg"}},
		{name: "value apart", flags: []string{"-race", "-toolexec", "'a tool' \"an arg\""}, want: []string{"a tool", "an arg"}},
		{name: "the last counts", flags: []string{"-toolexec=one", "-toolexec=two"}, want: []string{"two"}},
		{name: "GOFLAGS", goflags: "-race -toolexec=tool", want: []string{"tool"}},
		{name: "GOFLAGS quoted", goflags: `"-toolexec='a tool' arg" -race`, want: []string{"a tool", "arg"}},
		{name: "flags before GOFLAGS", flags: []string{"-toolexec=one"}, goflags: "-toolexec=two", want: []string{"one"}},
		{name: "flags switch GOFLAGS off", flags: []string{"-toolexec="}, goflags: "-toolexec=two"},
		{name: "ours is left out", goflags: "'-toolexec=/x/dlvx-toolexec tool arg'", want: []string{"tool", "arg"}},
		{name: "only ours", flags: []string{"-toolexec=/x/dlvx-toolexec"}},
		{name: "open quote", flags: []string{"-toolexec='a tool"}, err: "unterminated ' string"},
		{name: "open quote in GOFLAGS", goflags: `"-race`, err: "parsing GOFLAGS"},
	} {
		have, err := userToolexec(test.flags, test.goflags)
		if !slices.Equal(have, test.want) || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %q, %v; want %q, %s", test.name, have, err, test.want, test.err)
		}
	}
}

func TestJoinQuoted(t *testing.T) {
	for _, fields := range [][]string{
		nil, {"a"}, {"a", "b"}, {"/a dir/x", "it's", `say "x"`, "", "tab\tbed"},
	} {
		joined, err := joinQuoted(fields)
		if err != nil {
			t.Fatal(err)
		}
		if split, err := splitQuoted(joined); err != nil || !slices.Equal(split, fields) {
			t.Errorf("%q became %q and then %q, %v", fields, joined, split, err)
		}
	}
	if _, err := joinQuoted([]string{`it's "x"`}); err == nil {
		t.Error("no error for both kinds of quotes")
	}
}

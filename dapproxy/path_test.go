package dapproxy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What Delve's locspec.SubstitutePath does.
func TestPaths(t *testing.T) {
	for _, c := range []struct {
		path  string
		rules []pathRule // From: client, To: server
		want  string     // at the client
	}{
		{"/a/b/c", nil, "/a/b/c"},
		{"/srv/x.go", []pathRule{{"/home/me", "/srv"}}, "/home/me/x.go"},
		{"/srv", []pathRule{{"/home/me", "/srv"}}, "/home/me"},
		{"/srvx/x.go", []pathRule{{"/home/me", "/srv"}}, "/srvx/x.go"},
		{"/srv/x.go", []pathRule{{"/home/me", "/srv/"}}, "/home/me/x.go"},
		{"/srv/x.go", []pathRule{{"/home/me/", "/srv"}}, "/home/me/x.go"},
		{"/srv/x.go", []pathRule{{"", "/srv"}}, "x.go"},
		{"x/y.go", []pathRule{{"/home/me", ""}}, "/home/me/x/y.go"},
		{"/x/y.go", []pathRule{{"/home/me", ""}}, "/x/y.go"},
		{"x/y.go", []pathRule{{"me", ""}}, "me/x/y.go"},
		{"/srv/sub/x.go", []pathRule{{`C:\me`, "/srv"}}, `C:\me\sub\x.go`},
		{`c:\srv\Sub\x.go`, []pathRule{{"/me", `C:\srv`}}, "/me/sub/x.go"},
		{"/b/x.go", []pathRule{{"/1", "/a"}, {"/2", "/b"}, {"/3", "/b"}}, "/2/x.go"},
	} {
		if got := toClient(c.path, c.rules); got != c.want {
			t.Errorf("toClient(%q, %v) = %q, want %q", c.path, c.rules, got, c.want)
		}
	}
	if got := toServer("/home/me/x.go", []pathRule{{"/home/me", "/srv"}}); got != "/srv/x.go" {
		t.Errorf("toServer: %q", got)
	}
}

// Cases of Delve's TestSplitQuotedFields, and the ways of an open quote.
func TestSplitFlags(t *testing.T) {
	for _, c := range []struct {
		in       string
		want     []string
		complete bool
	}{
		{`field'A' 'fieldB' fie'l\'d'C fieldD 'another field' fieldE`, []string{"fieldA", "fieldB", "fiel'dC", "fieldD", "another field", "fieldE"}, true},
		{`-tags=a -ldflags='-X main.Hello=World'`, []string{"-tags=a", "-ldflags=-X main.Hello=World"}, true},
		{``, nil, true},
		{` `, nil, true},
		{`''`, []string{""}, true},
		{`a\b`, []string{`a\b`}, true},
		{`a 'b c`, []string{"a", "b c"}, false},
		{`a '`, []string{"a"}, false},
		{`'a\`, []string{"a"}, false},
	} {
		got, complete := splitFlags(c.in)
		if d := cmp.Diff(c.want, got); d != "" || complete != c.complete {
			t.Errorf("%q: complete %v: %s", c.in, complete, d)
		}
	}
}

func FuzzFlags(f *testing.F) {
	f.Add(`a 'b c`, "x y", `it's \ok\`)
	f.Add(``, "", "'")
	f.Fuzz(func(t *testing.T, in, a, b string) {
		flags, _ := splitFlags(in)
		got, complete := splitFlags(appendFlags(in, []string{a, b}))
		// The string is decoded rune by rune, as in Delve.
		want := append(flags, string([]rune(a)), string([]rune(b)))
		if d := cmp.Diff(want, got); d != "" || !complete {
			t.Errorf("%q with %q, %q: %s", in, a, b, d)
		}
	})
}

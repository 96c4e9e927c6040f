package delve

import (
	"slices"
	"testing"
)

func TestJoinBuildFlags(t *testing.T) {
	for _, more := range [][]string{
		{"-toolexec=/a/dlvx-toolexec"},
		{"-toolexec=/a b/dlvx-toolexec -x"},
		{`-ldflags=-X 'main.v=it\'s'`, "-race"},
		{`-toolexec=C:\dir name\x`, `C:\plain`},
		{"-tags=", "\t"},
	} {
		flags := JoinBuildFlags("-v '-gcflags=a b'", more)
		want := append([]string{"-v", "-gcflags=a b"}, more...)
		if got := SplitBuildFlags(flags); !slices.Equal(got, want) {
			t.Errorf("%q\nsplits into %q\nwant        %q", flags, got, want)
		}
	}
	if got := JoinBuildFlags("", []string{"-x"}); got != "-x" {
		t.Errorf("got %q", got)
	}
}

func TestBuildArgs(t *testing.T) {
	for _, tt := range []struct {
		b    Build
		want []string
	}{
		{Build{}, []string{"build", "-o", "BIN", "-gcflags", "all=-N -l"}},
		{
			Build{Packages: []string{"a.go", "b.go"}, Flags: "-race '-tags=x y'"},
			[]string{"build", "-o", "BIN", "-gcflags", "all=-N -l", "-race", "-tags=x y", "a.go", "b.go"},
		},
		{
			Build{Test: true, Flags: "-C dir -v", Packages: []string{"./p"}},
			[]string{"test", "-C=dir", "-c", "-o", "BIN", "-gcflags", "all=-N -l", "-v", "./p"},
		},
		{Build{Flags: "-C=dir"}, []string{"build", "-C=dir", "-o", "BIN", "-gcflags", "all=-N -l"}},
		{Build{Flags: "--C dir"}, []string{"build", "-C=dir", "-o", "BIN", "-gcflags", "all=-N -l"}},
		{Build{Flags: "-C"}, []string{"build", "-o", "BIN", "-gcflags", "all=-N -l", "-C"}},
		{Build{Flags: "-v -C dir"}, []string{"build", "-o", "BIN", "-gcflags", "all=-N -l", "-v", "-C", "dir"}}, // the go command complains
	} {
		if got := tt.b.args("BIN"); !slices.Equal(got, tt.want) {
			t.Errorf("%+v\ngives %q\nwant  %q", tt.b, got, tt.want)
		}
	}
}

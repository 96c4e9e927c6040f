package delve

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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

func TestNotBuiltHere(t *testing.T) {
	for content, want := range map[string]string{
		"!<arch>\n__.PKGDEF":          "can not debug non-main package",
		"\x00asm\x01\x00\x00\x00rest": "does not run on",
		"":                            "can not debug non-main package",
	} {
		file := filepath.Join(t.TempDir(), "built")
		if err := os.WriteFile(file, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := notBuiltHere(file); !strings.Contains(err.Error(), want) {
			t.Errorf("%.10q: %v, want %q", content, err, want)
		}
	}
}

// TestTemporaryBinary: it is where one can write.
func TestTemporaryBinary(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		b        Build
		want     string // its folder
	}{
		{"here", t.TempDir(), Build{}, "."},
		{"test", t.TempDir(), Build{Test: true}, "."},
		{"-C", t.TempDir(), Build{Flags: "-C=there"}, ""}, // its whole path
		{"not here", "/proc", Build{}, os.TempDir()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS != "linux" && tt.in == "/proc" {
				t.Skip("no folder that nobody can write to")
			}
			t.Chdir(tt.in)
			path, err := tt.b.temporary()
			if err != nil {
				t.Fatal(err)
			}
			defer os.Remove(path)
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
			if dir := filepath.Dir(path); dir != tt.want && (tt.want != "" || !filepath.IsAbs(dir)) {
				t.Errorf("it is in %s, want %s", dir, tt.want)
			}
		})
	}
}

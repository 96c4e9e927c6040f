package screen

import (
	"bufio"
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	for in, want := range map[string][]Key{
		"qG/":            {"q", "G", "/"},
		"é\x7f\b":        {"é", Backspace, Backspace},
		"\r\n\x15\x03":   {Enter, Enter, EraseAll, Interrupt},
		"\x1b[A\x1bOB":   {Up, Down},
		"\x1b[5~x":       {PageUp, "x"},
		"\x1b[6~":        {PageDown},
		"\x1b[1~\x1b[F":  {Home, End},
		"\x1b[C\x1b[D":   {Right, Left},
		"\x1b":           {Escape},
		"\x1b[1;5Aj":     {"j"}, // not known, and nothing of it is taken for a key
		"\x1b[200~ab":    {"a", "b"},
		"\x1bxk":         {"k"}, // with Alt
		"\x00\x01\x1a ":  {" "},
		"\xff":           {"\uFFFD"},
		"\x1b[":          nil,
		"\x1b[12345678a": nil,
	} {
		keys := make(chan Key, 10)
		readKeys(bufio.NewReader(strings.NewReader(in)), keys)
		var got []Key
		for k := range keys {
			got = append(got, k)
		}
		if len(got) != len(want) {
			t.Errorf("%q: %q, want %q", in, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %q, want %q", in, got, want)
			}
		}
	}
}

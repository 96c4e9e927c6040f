package dapproxy

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

var scanSeeds = []string{
	`{}`, ` { } `, `{"seq":1,"type":"request"}`, `{"seq":1,"seq":2}`, `{"s\u0065q":7}`,
	`{"a":{"seq":1},"b":[{"seq":2},"}]"],"seq":3}`, `{"a":"\"","b":"\\","c":"\\\""}`,
	`{"seq" : 12 , "request_seq":	4}` + "\n", `[]`, `{"a"}`, `{"a":1`, `{"a":1,}`, `{"a":tru`, `{"\ud800":1}`,
	`{"a":-1.5e3,"b":null,"c":[],"d":""}`, `{"a":1}x`, ``, `{`, `{"`, `{"a":[}`, `{"é":1,"\u00e9":2}`,
}

func FuzzScanObject(f *testing.F) {
	for _, s := range scanSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := scanObject(data, span{0, len(data)})
		var want map[string]json.RawMessage
		if json.Unmarshal(data, &want) != nil || want == nil {
			for _, m := range o { // whatever it found must stand in data
				_ = m.value.of(data)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		keys := map[string]bool{}
		for _, m := range o {
			// encoding/json repairs invalid UTF-8 in keys; nobody asks for such.
			keys[strings.ToValidUTF8(m.key, "\uFFFD")] = true
		}
		if len(keys) > len(want) {
			t.Fatalf("%q: keys %q, want %q", data, slices.Collect(maps.Keys(keys)), slices.Collect(maps.Keys(want)))
		}
		for k, v := range want {
			if strings.ContainsRune(k, '\uFFFD') {
				continue
			}
			at, ok := o.get(k)
			if !ok || !bytes.Equal(at.of(data), v) {
				t.Fatalf("%q: %q is %q, want %q", data, k, at.of(data), v)
			}
		}
	})
}

func FuzzScanArray(f *testing.F) {
	for _, s := range scanSeeds {
		f.Add([]byte("[" + s + "]"))
		f.Add([]byte("[1 ," + s + " , " + s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		elements, err := scanArray(data, span{0, len(data)})
		var want []json.RawMessage
		if json.Unmarshal(data, &want) != nil || want == nil {
			for _, e := range elements {
				_ = e.of(data)
			}
			return
		}
		if err != nil || len(elements) != len(want) {
			t.Fatalf("%q: %d elements, %v; want %d", data, len(elements), err, len(want))
		}
		for i, e := range elements {
			if !bytes.Equal(e.of(data), want[i]) {
				t.Fatalf("%q: element %d is %q, want %q", data, i, e.of(data), want[i])
			}
		}
	})
}

func FuzzRenumber(f *testing.F) {
	for _, s := range scanSeeds {
		f.Add([]byte(s), int64(5), int64(6))
	}
	f.Fuzz(func(t *testing.T, data []byte, seq, requestSeq int64) {
		m, err := parseMessage(data)
		if err != nil || !json.Valid(data) {
			return
		}
		if same := m.renumbered(m.seq, m.requestSeq); !bytes.Equal(same, data) {
			t.Fatalf("unchanged numbers changed %q to %q", data, same)
		}
		var before, after map[string]json.RawMessage
		if err := json.Unmarshal(data, &before); err != nil || before == nil {
			t.Fatalf("parseMessage took %q: %v", data, err)
		}
		out := m.renumbered(seq, requestSeq)
		if err := json.Unmarshal(out, &after); err != nil {
			t.Fatalf("%q became %q: %v", data, out, err)
		}
		for k, v := range before {
			want := v
			switch k {
			case "seq":
				if seq != m.seq {
					want, _ = json.Marshal(seq)
				}
			case "request_seq":
				if requestSeq != m.requestSeq {
					want, _ = json.Marshal(requestSeq)
				}
			}
			if !bytes.Equal(after[k], want) {
				t.Fatalf("%q became %q: %q is %q, want %q", data, out, k, after[k], want)
			}
		}
		if len(after) != len(before) {
			t.Fatalf("%q became %q", data, out)
		}
	})
}

func TestSetMember(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"x":{"a":1}}`, `{"x":{"k":9,"a":1}}`},
		{`{"x":{"a":1,"k":2}}`, `{"x":{"a":1,"k":9}}`},
		{`{"x":{}}`, `{"x":{"k":9}}`},
		{`{"x": { "k" : {"k":1} } }`, `{"x": { "k" : 9 } }`},
	} {
		top, err := scanObject([]byte(c.in), span{0, len(c.in)})
		if err != nil {
			t.Fatal(err)
		}
		at, _ := top.get("x")
		o, err := scanObject([]byte(c.in), at)
		if err != nil {
			t.Fatal(err)
		}
		if got := splice([]byte(c.in), setMember([]byte(c.in), at, o, "k", []byte("9"))); string(got) != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
	}
}

package dapproxy

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A step is one line of a transcript in testdata/dap: a session played between
// a client and a Delve. What the one sends, the other must get byte for byte,
// unless the step says otherwise. Recorded sessions have only "client" and
// "delve"; those written by hand show what a real Delve cannot be made to do.
type step struct {
	About string `json:"about"` // first line: what the transcript shows

	Chains bool `json:"chains"` // first line: goroutine 18 has the chain of family()

	Client json.RawMessage `json:"client"` // the client sends it
	Delve  json.RawMessage `json:"delve"`  // Delve sends it

	Becomes json.RawMessage `json:"becomes"` // with one of those: what comes out at the other side
	Alone   bool            `json:"alone"`   // with one of those: nothing comes out yet

	ToClient json.RawMessage `json:"toClient"` // comes out without having been sent
	ToDelve  json.RawMessage `json:"toDelve"`

	Pad   int    `json:"pad"`   // PAD in the step's messages stands for so many characters
	Raw   string `json:"raw"`   // the client sends these bytes, no message
	Close string `json:"close"` // "client" or "delve" closes its connection; the other must see the end
	Ends  bool   `json:"ends"`  // both must see the end
}

func (s step) padded(m json.RawMessage) string {
	if s.Pad == 0 {
		return string(m)
	}
	return strings.Replace(string(m), "PAD", strings.Repeat("x", s.Pad), 1)
}

func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("../testdata/dap/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			bubble(t, func(t *testing.T) { play(t, data) })
		})
	}
}

func play(t *testing.T, transcript []byte) {
	lines := bufio.NewScanner(bytes.NewReader(transcript))
	lines.Buffer(nil, 1<<20)
	var r *rig
	for n := 1; lines.Scan(); n++ {
		var s step
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		if r == nil {
			var cfg Config
			if s.Chains {
				cfg = family().config()
			}
			r = newRig(t, cfg)
			defer r.close()
		}
		t.Logf("line %d", n)
		switch {
		case s.Client != nil:
			cross(s, s.Client, r.client, r.delve)
		case s.Delve != nil:
			cross(s, s.Delve, r.delve, r.client)
		case s.ToClient != nil:
			r.client.expect(s.padded(s.ToClient))
		case s.ToDelve != nil:
			r.delve.expect(s.padded(s.ToDelve))
		case s.Raw != "":
			if _, err := r.client.conn.Write([]byte(s.Raw)); err != nil {
				t.Fatal(err)
			}
		case s.Close == "client":
			r.client.conn.Close()
			r.delve.expect("")
		case s.Close == "delve":
			r.delve.conn.Close()
		case s.Ends:
			r.client.expect("")
			r.delve.expect("")
			<-r.result
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func cross(s step, m json.RawMessage, from, to *end) {
	from.t.Helper()
	from.send(s.padded(m))
	switch {
	case s.Alone:
	case s.Becomes != nil:
		to.expect(s.padded(s.Becomes))
	default:
		to.expect(s.padded(m))
	}
}

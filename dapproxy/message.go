package dapproxy

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// A message is one DAP message: its bytes, and the few fields that every
// message has at its top level.
type message struct {
	body []byte

	kind       string // "request", "response", "event"
	seq        int64
	requestSeq int64 // of a response
	command    string
	event      string
	success    bool

	fields object
}

// parseMessage reads a message's top-level fields. A field that is missing
// keeps its zero value; one of the wrong type is an error.
func parseMessage(body []byte) (message, error) {
	m := message{body: body}
	fields, err := scanObject(body, span{0, len(body)})
	if err != nil {
		return m, fmt.Errorf("malformed DAP message: %w", err)
	}
	m.fields = fields
	for _, f := range []struct {
		key string
		to  any
	}{
		{"seq", &m.seq},
		{"request_seq", &m.requestSeq},
		{"type", &m.kind},
		{"command", &m.command},
		{"event", &m.event},
		{"success", &m.success},
	} {
		at, ok := fields.get(f.key)
		if !ok {
			continue
		}
		if err := json.Unmarshal(at.of(body), f.to); err != nil {
			return m, fmt.Errorf("malformed DAP message: %q: %w", f.key, err)
		}
	}
	return m, nil
}

// newMessage encodes a message of the proxy's own.
func newMessage(v any) message {
	body, err := json.Marshal(v)
	if err == nil {
		var m message
		if m, err = parseMessage(body); err == nil {
			return m
		}
	}
	panic(fmt.Sprintf("dapproxy: encoding a message of its own: %v", err)) // made of go-dap's types only
}

// renumbered returns the body with other numbers, or the body itself where
// nothing changes. Fields that are missing stay so.
func (m message) renumbered(seq, requestSeq int64) []byte {
	var edits []edit
	if at, ok := m.fields.get("seq"); ok && seq != m.seq {
		edits = append(edits, edit{at, strconv.AppendInt(nil, seq, 10)})
	}
	if at, ok := m.fields.get("request_seq"); ok && requestSeq != m.requestSeq {
		edits = append(edits, edit{at, strconv.AppendInt(nil, requestSeq, 10)})
	}
	return splice(m.body, edits...)
}

// edited returns the message with its body spliced.
func (m message) edited(edits ...edit) (message, error) {
	if len(edits) == 0 {
		return m, nil
	}
	return parseMessage(splice(m.body, edits...))
}

// arguments decodes a request's arguments.
func (m message) arguments(to any) error {
	at, ok := m.fields.get("arguments")
	if !ok {
		return nil
	}
	return json.Unmarshal(at.of(m.body), to)
}

// argument returns where a member of a request's arguments stands.
func (m message) argument(key string) (span, bool) {
	at, ok := m.fields.get("arguments")
	if !ok {
		return span{}, false
	}
	o, err := scanObject(m.body, at)
	if err != nil {
		return span{}, false
	}
	return o.get(key)
}

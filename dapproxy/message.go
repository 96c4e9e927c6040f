package dapproxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
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
	edits  []edit // what is to be different in body when it is sent
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
	for _, f := range fields { // of several of a name the last one counts
		value := f.value.of(body)
		switch f.key {
		case "seq":
			m.seq, err = strconv.ParseInt(string(value), 10, 64)
		case "request_seq":
			m.requestSeq, err = strconv.ParseInt(string(value), 10, 64)
		case "type":
			m.kind, err = decodeString(value)
		case "command":
			m.command, err = decodeString(value)
		case "event":
			m.event, err = decodeString(value)
		case "success":
			m.success = string(value) == "true"
		}
		if err != nil {
			return m, fmt.Errorf("malformed DAP message: %q is %.40s", f.key, value)
		}
	}
	return m, nil
}

func decodeString(value []byte) (s string, err error) {
	if n := len(value); n >= 2 && value[0] == '"' && bytes.IndexByte(value, '\\') < 0 {
		return string(value[1 : n-1]), nil
	}
	err = json.Unmarshal(value, &s)
	return s, err
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
	panic(fmt.Sprintf("dapproxy: encoding a message of its own: %v", err)) // made of types that encode
}

// renumbered returns the body with the message's edits and other numbers, or
// the body itself where nothing changes. Fields that are missing stay so.
func (m message) renumbered(seq, requestSeq int64) []byte {
	edits := slices.Clone(m.edits)
	if at, ok := m.fields.get("seq"); ok && seq != m.seq {
		edits = append(edits, edit{at, strconv.AppendInt(nil, seq, 10)})
	}
	if at, ok := m.fields.get("request_seq"); ok && requestSeq != m.requestSeq {
		edits = append(edits, edit{at, strconv.AppendInt(nil, requestSeq, 10)})
	}
	return splice(m.body, edits...)
}

// edited returns the message with more to be different in it when it is sent.
// What is read of it stays what came in.
func (m message) edited(edits ...edit) message {
	m.edits = append(slices.Clip(m.edits), edits...)
	return m
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

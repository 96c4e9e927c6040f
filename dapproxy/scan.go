package dapproxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// A span is a half-open range of bytes.
type span struct{ from, to int }

func (s span) of(data []byte) []byte { return data[s.from:s.to] }

// A member is one key and value of a JSON object, and where the value stands.
type member struct {
	key   string
	value span
}

// An object is the list of a JSON object's members, in their order.
type object []member

// get returns the value of key; of several the last one, as encoding/json and
// JavaScript do.
func (o object) get(key string) (span, bool) {
	for _, m := range slices.Backward(o) {
		if m.key == key {
			return m.value, true
		}
	}
	return span{}, false
}

var (
	errNotObject = errors.New("not a JSON object")
	errNotArray  = errors.New("not a JSON array")
)

// scanObject lists the members of the JSON object that data[at] is, without
// decoding the values: what is forwarded must keep its bytes. Within values it
// checks only what it needs to find their ends; for data that is not valid
// JSON it may or may not return an error.
func scanObject(data []byte, at span) (object, error) {
	data = data[:at.to]
	i := skipSpace(data, at.from)
	if i >= len(data) || data[i] != '{' {
		return nil, errNotObject
	}
	i = skipSpace(data, i+1)
	var o object
	if i < len(data) && data[i] == '}' {
		return o, checkEnd(data, i+1)
	}
	for {
		end, err := skipString(data, i)
		if err != nil {
			return nil, err
		}
		var key string
		if quoted := data[i:end]; bytes.IndexByte(quoted, '\\') < 0 {
			key = string(quoted[1 : len(quoted)-1])
		} else if err := json.Unmarshal(quoted, &key); err != nil {
			return nil, err
		}
		i = skipSpace(data, end)
		if i >= len(data) || data[i] != ':' {
			return nil, syntaxError(data, i)
		}
		from := skipSpace(data, i+1)
		to, err := skipValue(data, from)
		if err != nil {
			return nil, err
		}
		o = append(o, member{key, span{from, to}})
		i = skipSpace(data, to)
		if i >= len(data) {
			return nil, syntaxError(data, i)
		}
		switch data[i] {
		case ',':
			i = skipSpace(data, i+1)
		case '}':
			return o, checkEnd(data, i+1)
		default:
			return nil, syntaxError(data, i)
		}
	}
}

// scanArray lists the elements of the JSON array that data[at] is.
func scanArray(data []byte, at span) (elements []span, err error) {
	data = data[:at.to]
	i := skipSpace(data, at.from)
	if i >= len(data) || data[i] != '[' {
		return nil, errNotArray
	}
	i = skipSpace(data, i+1)
	if i < len(data) && data[i] == ']' {
		return nil, checkEnd(data, i+1)
	}
	for {
		to, err := skipValue(data, i)
		if err != nil {
			return nil, err
		}
		elements = append(elements, span{i, to})
		i = skipSpace(data, to)
		if i >= len(data) {
			return nil, syntaxError(data, i)
		}
		switch data[i] {
		case ',':
			i = skipSpace(data, i+1)
		case ']':
			return elements, checkEnd(data, i+1)
		default:
			return nil, syntaxError(data, i)
		}
	}
}

func checkEnd(data []byte, i int) error {
	if i = skipSpace(data, i); i < len(data) {
		return syntaxError(data, i)
	}
	return nil
}

func syntaxError(data []byte, i int) error {
	if i >= len(data) {
		return errors.New("unexpected end of JSON")
	}
	return fmt.Errorf("unexpected %q at byte %d of JSON", data[i], i)
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\t' || data[i] == '\n' || data[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the end of the string that begins at i.
func skipString(data []byte, i int) (int, error) {
	if i >= len(data) || data[i] != '"' {
		return 0, syntaxError(data, i)
	}
	for i++; ; {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return 0, syntaxError(data, len(data))
		}
		escapes := 0
		for n-escapes > 0 && data[i+n-escapes-1] == '\\' {
			escapes++
		}
		i += n + 1
		if escapes%2 == 0 {
			return i, nil
		}
	}
}

// skipValue returns the end of the value that begins at i.
func skipValue(data []byte, i int) (int, error) {
	if i >= len(data) {
		return 0, syntaxError(data, i)
	}
	switch data[i] {
	case '"':
		return skipString(data, i)
	case '{', '[':
	default:
		from := i
		for i < len(data) && bytes.IndexByte([]byte(" \t\r\n,:]}[{\""), data[i]) < 0 {
			i++
		}
		if i == from {
			return 0, syntaxError(data, i)
		}
		return i, nil
	}
	for depth := 0; i < len(data); {
		switch data[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, nil
			}
		case '"':
			end, err := skipString(data, i)
			if err != nil {
				return 0, err
			}
			i = end
			continue
		}
		i++
	}
	return 0, syntaxError(data, i)
}

// An edit replaces the bytes of a span.
type edit struct {
	at   span
	with []byte
}

// splice applies edits, which must not overlap. Without any it returns data
// itself.
func splice(data []byte, edits ...edit) []byte {
	if len(edits) == 0 {
		return data
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at.from - b.at.from })
	size := len(data)
	for _, e := range edits {
		size += len(e.with)
	}
	out, done := make([]byte, 0, size), 0
	for _, e := range edits {
		out = append(out, data[done:e.at.from]...)
		out = append(out, e.with...)
		done = e.at.to
	}
	return append(out, data[done:]...)
}

// setMember returns the edit that gives the object o, which stands at span at
// of data, the member key with the given value.
func setMember(data []byte, at span, o object, key string, value []byte) edit {
	if old, ok := o.get(key); ok {
		return edit{old, value}
	}
	name, _ := json.Marshal(key)
	with := append(name, ':')
	with = append(with, value...)
	if len(o) > 0 {
		with = append(with, ',')
	}
	start := at.from + bytes.IndexByte(at.of(data), '{') + 1
	return edit{span{start, start}, with}
}

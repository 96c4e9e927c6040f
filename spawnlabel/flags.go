package spawnlabel

import (
	"fmt"
	"path/filepath"
	"strings"
)

// userToolexec returns the user's own -toolexec command: of the build flags,
// where the last one counts, else of GOFLAGS, which they override. What is a
// dlvx wrapper in it (the user may have put our flags there) is left out.
func userToolexec(buildFlags []string, goflags string) ([]string, error) {
	value, found := "", false
	for i, flag := range buildFlags {
		switch v, isFlag, hasValue := toolexecFlag(flag); {
		case isFlag && hasValue:
			value, found = v, true
		case isFlag && i+1 < len(buildFlags):
			value, found = buildFlags[i+1], true
		}
	}
	if !found {
		flags, err := splitQuoted(goflags)
		if err != nil {
			return nil, fmt.Errorf("parsing GOFLAGS %q: %w", goflags, err)
		}
		for _, flag := range flags {
			if v, isFlag, hasValue := toolexecFlag(flag); isFlag && hasValue {
				value = v
			}
		}
	}
	command, err := splitQuoted(value)
	if err != nil {
		return nil, fmt.Errorf("parsing -toolexec %q: %w", value, err)
	}
	for len(command) > 0 && strings.TrimSuffix(filepath.Base(command[0]), ".exe") == ToolexecName {
		command = command[1:]
	}
	return command, nil
}

// toolexecFlag tells whether an argument is the flag -toolexec or --toolexec,
// and the value that it has in it.
func toolexecFlag(arg string) (value string, isFlag, hasValue bool) {
	name, value, hasValue := strings.Cut(arg, "=")
	return value, name == "-toolexec" || name == "--toolexec", hasValue
}

// splitQuoted splits a value as the go command splits GOFLAGS and -toolexec
// (cmd/internal/quoted): fields are parted by white space; one that begins
// with ' or " goes on to the next such mark; there is no escaping.
func splitQuoted(s string) ([]string, error) {
	const space = " \t\r\n"
	var fields []string
	for s = strings.TrimLeft(s, space); s != ""; s = strings.TrimLeft(s, space) {
		var field string
		if quote := s[0]; quote == '\'' || quote == '"' {
			var ok bool
			if field, s, ok = strings.Cut(s[1:], string(quote)); !ok {
				return nil, fmt.Errorf("unterminated %c string", quote)
			}
		} else if end := strings.IndexAny(s, space); end >= 0 {
			field, s = s[:end], s[end:]
		} else {
			field, s = s, ""
		}
		fields = append(fields, field)
	}
	return fields, nil
}

// joinQuoted is the reverse of splitQuoted.
func joinQuoted(fields []string) (string, error) {
	out := make([]string, len(fields))
	for i, f := range fields {
		switch {
		case f != "" && !strings.ContainsAny(f, " \t\r\n'\""):
			out[i] = f
		case !strings.Contains(f, "'"):
			out[i] = "'" + f + "'"
		case !strings.Contains(f, `"`):
			out[i] = `"` + f + `"`
		default:
			return "", fmt.Errorf("%q holds both kinds of quotes, which the go command cannot take", f)
		}
	}
	return strings.Join(out, " "), nil
}

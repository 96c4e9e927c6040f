package dapproxy

import (
	"slices"
	"strings"
	"unicode"
)

// splitFlags splits a string of build flags as Delve does. complete is false when a
// quote stays open.
func splitFlags(in string) (flags []string, complete bool) { return splitFields(in, '\'') }

// splitFields splits a string as Delve does (config.SplitQuotedFields): at white
// space outside quotes, within which a backslash escapes. complete is false when a
// quote stays open.
func splitFields(in string, quote rune) (fields []string, complete bool) {
	var field strings.Builder
	started, quoted, escaped := false, false, false
	for _, c := range in {
		switch {
		case escaped:
			field.WriteRune(c)
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == quote:
			quoted = !quoted
			started = true
		case quoted || !unicode.IsSpace(c):
			field.WriteRune(c)
			started = true
		case started:
			fields = append(fields, field.String())
			field.Reset()
			started = false
		}
	}
	if started && !quoted || field.Len() > 0 {
		fields = append(fields, field.String())
	}
	return fields, !quoted
}

// joinFlags is the way back.
func joinFlags(flags []string) string {
	quoted := make([]string, len(flags))
	for i, f := range flags {
		quoted[i] = f
		if f == "" || slices.ContainsFunc([]rune(f), func(c rune) bool { return c == '\'' || unicode.IsSpace(c) }) {
			quoted[i] = "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(f) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// appendFlags appends to a string of flags, which keeps its wording.
func appendFlags(in string, more []string) string {
	flags, complete := splitFlags(in)
	if !complete {
		in = joinFlags(flags) // nothing could be told apart behind an open quote
	}
	if strings.TrimSpace(in) == "" {
		return joinFlags(more)
	}
	return in + " " + joinFlags(more)
}

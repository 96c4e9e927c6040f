package dapproxy

import (
	"encoding/json"
	"slices"
	"strings"
)

// A rule of the launch attribute substitutePath: From is the client's prefix,
// To the target's.
type pathRule struct{ From, To string }

// decodePathRules reads substitutePath. Values that Delve will refuse give no
// rules.
func decodePathRules(raw []byte) []pathRule {
	var rules []pathRule
	if json.Unmarshal(raw, &rules) != nil {
		return nil
	}
	return rules
}

// toClient maps a path of the target to the client's, as Delve does for its own
// frames (Session.toClientPath).
func toClient(path string, rules []pathRule) string {
	flipped := make([]pathRule, len(rules))
	for i, r := range rules {
		flipped[i] = pathRule{r.To, r.From}
	}
	return substitute(path, flipped)
}

// toServer is the way back.
func toServer(path string, rules []pathRule) string { return substitute(path, rules) }

// substitute replaces the first prefix that a rule matches. It follows Delve's
// locspec.SubstitutePath to the letter, its lowering of Windows paths
// included: the same file must not get two names in one list of frames.
func substitute(path string, rules []pathRule) string {
	windows := windowsAbs(path) || slices.ContainsFunc(rules, func(r pathRule) bool {
		return windowsAbs(r.From) || windowsAbs(r.To)
	})
	for _, r := range rules {
		from := r.From
		if path == from {
			return r.To
		}
		rest, match := path, false
		switch {
		case from == "":
			match = !strings.HasPrefix(path, "/") && !windowsAbs(path)
		case windows:
			if strings.HasPrefix(strings.ToLower(path), strings.ToLower(from)) {
				path, from = strings.ToLower(path), strings.ToLower(from)
				match = true
			}
		default:
			match = strings.HasPrefix(path, from)
		}
		if match && from != "" {
			rest = path[len(from):]
			match = endsInSlash(from) || beginsWithSlash(rest)
		}
		if match {
			return joinPath(r.To, rest)
		}
	}
	return path
}

func joinPath(to, rest string) string {
	if to == "" {
		if beginsWithSlash(rest) {
			return rest[1:]
		}
		return rest
	}
	sep := "/"
	switch back, slash := strings.Contains(to, `\`), strings.Contains(to, "/"); {
	case slash && !back:
		rest = strings.ReplaceAll(rest, `\`, "/")
	case back && !slash:
		sep, rest = `\`, strings.ReplaceAll(rest, "/", `\`)
	}
	switch {
	case endsInSlash(to) && beginsWithSlash(rest):
		return to[:len(to)-1] + rest
	case endsInSlash(to) || beginsWithSlash(rest):
		return to + rest
	}
	return to + sep + rest
}

func windowsAbs(path string) bool {
	if strings.HasPrefix(path, `\\`) {
		return true
	}
	return len(path) >= 3 && path[1] == ':' && (path[2] == '/' || path[2] == '\\')
}

func endsInSlash(path string) bool {
	return strings.HasSuffix(path, "/") || strings.HasSuffix(path, `\`)
}

func beginsWithSlash(path string) bool {
	return strings.HasPrefix(path, "/") || strings.HasPrefix(path, `\`)
}

package panos

import "slices"

// ruleLeaves are elements of a rule with one value or a list, which may follow each
// other in one command; portLeaves are those of a service.
var (
	ruleLeaves = append([]string{"log-setting", "log-start", "log-end", "tag", "group-tag", "description"},
		"from", "to", "source", "destination", "service", "application", "action", "disabled", "rule-type", "negate-source", "negate-destination",
		"source-user", "category", "schedule", "source-hip", "destination-hip", "hip-profiles")
	portLeaves = []string{"port", "source-port"}
)

// leaves splits a command that sets several elements at once, "rules x from a to b",
// into one path for each.
func leaves(path []string) [][]string {
	start, words := 0, []string(nil)
	switch i := slices.Index(path, "rules"); {
	case i > 0 && i+2 < len(path) && (path[i-1] == "security" || path[i-1] == "nat"):
		start, words = i+2, ruleLeaves
	default:
		if i := slices.Index(path, "protocol"); i > 0 && i+2 < len(path) {
			start, words = i+2, portLeaves
		}
	}
	if words == nil || !slices.Contains(words, path[start]) {
		return [][]string{path}
	}
	var out [][]string
	prefix, rest := path[:start], path[start:]
	for len(rest) > 0 {
		end := valueEnd(rest)
		if !slices.Contains(words, rest[0]) || end > len(rest) {
			return [][]string{path}
		}
		out = append(out, slices.Concat(prefix, rest[:end]))
		rest = rest[end:]
	}
	return out
}

// valueEnd returns where the value of the element ends that the words begin with.
func valueEnd(words []string) int {
	if len(words) < 2 || words[1] != "[" {
		return 2
	}
	if i := slices.Index(words, "]"); i > 0 {
		return i + 1
	}
	return len(words) + 1
}

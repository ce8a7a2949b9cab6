package panos

import "slices"

// leafWords are elements with one value or a list, which may follow each other in one
// command, by the table of what they belong to.
var leafWords = map[string][]string{
	"rules": {
		"from", "to", "source", "destination", "service", "application", "action", "disabled", "rule-type", "negate-source", "negate-destination",
		"source-user", "category", "schedule", "source-hip", "destination-hip", "hip-profiles", "protocol", "port",
		"log-setting", "log-start", "log-end", "tag", "group-tag", "description",
	},
	"address":           {"ip-netmask", "ip-range", "ip-wildcard", "fqdn", "tag", "description"},
	"address-group":     {"static", "tag", "description"},
	"service":           {"tag", "description"},
	"service-group":     {"members", "tag", "description"},
	"application-group": {"members"},
	"protocol":          {"port", "source-port"},
}

// leaves splits a command that sets several elements at once, "rules x from a to b", into
// one path for each. What follows an element that is not known is one path.
func leaves(path []string) [][]string {
	prefix, rest := path, []string(nil)
	words := leafWords[tableOf(path)]
	if i := slices.Index(path, tableOf(path)); words != nil && i+2 < len(path) {
		prefix, rest = path[:i+2], path[i+2:]
	}
	var out [][]string
	for len(rest) > 0 {
		end := valueEnd(rest)
		known := slices.Contains(words, rest[0]) && end <= len(rest)
		switch {
		case known:
			out = append(out, slices.Concat(prefix, rest[:end]))
		case rest[0] == "protocol" && len(rest) > 2 && words != nil: // of a service
			prefix, end, words = slices.Concat(prefix, rest[:2]), 2, leafWords["protocol"]
		default:
			return append(out, slices.Concat(prefix, rest))
		}
		rest = rest[end:]
	}
	if len(out) == 0 {
		return [][]string{path}
	}
	return out
}

// tableOf returns the table of the rule or object that the path sets something of, "" if it
// is of none.
func tableOf(path []string) string {
	at := 0
	switch {
	case path[0] == "shared":
		at = 1
	case (path[0] == "vsys" || path[0] == "device-group" || path[0] == "policy") && len(path) > 1:
		at = 2
	}
	if at < len(path) && leafWords[path[at]] != nil {
		return path[at]
	}
	if i := slices.Index(path, "rules"); i > at && i <= at+2 {
		return "rules"
	}
	return ""
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

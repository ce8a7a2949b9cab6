package ios

import (
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// An entry is what stands in the base list under one number. A list has many, and a
// change looks at few, so that their text is read when it is asked for.
type baseEntry struct {
	// rule is what it means; first and last are the rules of the base that it is.
	rule        *rule.Rule
	first, last int
	// implicit says that it stands in no configuration.
	implicit bool
}

// What else entry.free may be.
const (
	none    = -1
	unknown = -2 // the number in the text does not hold either
)

// entriesOf returns the entries that the rules come from. A line that may be a
// permit or a deny, or that is known in part, is two rules and one entry. The lists of
// a switch as JSON may all be one line.
func entriesOf(rules []rule.Rule) []baseEntry {
	out := make([]baseEntry, 0, len(rules))
	for i := range rules {
		r := &rules[i]
		if i > 0 && r.Line == rules[i-1].Line && r.Line > 0 && r.Text == rules[i-1].Text {
			out[len(out)-1].last = i
			continue
		}
		out = append(out, baseEntry{rule: r, first: i, last: i, implicit: r.Line == 0})
	}
	return out
}

// number returns its sequence number, 0 if it is not written or does not hold.
func (e *baseEntry) number() int64 {
	if e.free() == unknown {
		return 0
	}
	number, _, _ := cutNumber(e.rule.Text)
	return number
}

// isBare reports whether the number stands alone at the start.
func (e *baseEntry) isBare() bool {
	_, bare, _ := cutNumber(e.rule.Text)
	return bare
}

// body returns the entry without its number.
func (e *baseEntry) body() string {
	_, _, body := cutNumber(e.rule.Text)
	return body
}

// free returns the least number that is free before it, 0 where that is the one after
// the entry before, none, or unknown.
func (e *baseEntry) free() int64 {
	_, free := splitPlace(e.rule.Place)
	return free
}

// certain reports whether the entry is a permit or a deny of certain traffic.
func (e *baseEntry) certain() bool {
	return e.first == e.last && !e.implicit && len(e.rule.Unknown) == 0 && e.rule.State == rule.AnyState
}

// cut takes the sequence number off an entry as the parser leaves it: "10 permit
// …", "sequence 10 permit …", "permit … sequence 10" (IPv6 on IOS), "access-list
// 101 permit …" and "ipv4 access-list NAME 10 permit …".
func cutNumber(text string) (number int64, bare bool, body string) {
	fields := strings.Fields(text)
	switch {
	case len(fields) > 2 && fields[0] == "access-list":
		fields = fields[2:]
	case len(fields) > 3 && fields[1] == "access-list":
		fields = fields[3:]
	}
	n := len(fields)
	switch {
	case n > 2 && strings.EqualFold(fields[0], "sequence"):
		number, fields = parseSequence(fields[1]), fields[2:]
	case n > 0 && parseSequence(fields[0]) > 0:
		number, bare, fields = parseSequence(fields[0]), true, fields[1:]
	case n > 2 && strings.EqualFold(fields[n-2], "sequence"):
		number, fields = parseSequence(fields[n-1]), fields[:n-2]
	}
	return number, bare, strings.Join(fields, " ")
}

// splitPlace takes apart [rule.Rule.Place]: the command that enters the list, and
// the least free number before the rule.
func splitPlace(place string) (enter string, free int64) {
	fields := strings.Fields(place)
	n := 3
	if len(fields) > 3 && (fields[2] == "standard" || fields[2] == "extended") {
		n = 4
	}
	if len(fields) <= n {
		return place, 0
	}
	enter = strings.Join(fields[:n], " ")
	switch fields[n] {
	case "none":
		return enter, none
	case "unknown":
		return enter, unknown
	}
	first, _, _ := strings.Cut(fields[n], "-")
	return enter, parseSequence(first)
}

func parseSequence(word string) int64 {
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil {
		return 0
	}
	return int64(n)
}

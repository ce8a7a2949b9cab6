package script

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A List is one list of a device as its text has it.
type List struct {
	// Name is the list's own name in the text.
	Name string
	// Text is what the device says of itself.
	Text string
	// Rules is the list, as Read returned it for Text.
	Rules *rule.Ruleset
	// Read reads a text as Text was read, and returns the list of that name.
	Read func(text string) (*rule.Ruleset, error)
}

// A Rule is one of ours.
type Rule struct {
	// Rule has Action, Traffic, zones, State and Name; the name is "acl-" and ten
	// hexadecimal digits, and is made of what the rule says.
	rule.Rule
	// Comment tells in one line whose rule it is; it is written where the language has
	// comments on rules.
	Comment string
}

// format returns the language of the list.
func (l *List) format() string { return l.Rules.Format }

// with returns the list as it is in another text.
func (l *List) with(text string) (*List, error) {
	rules, err := l.Read(text)
	if err != nil {
		return nil, err
	}
	return &List{l.Name, text, rules, l.Read}, nil
}

var ownName = regexp.MustCompile(`^acl-[0-9a-f]{10}(?:$|[ -])`)

const ownNameLength = len("acl-0123456789")

// nameOf returns the name that a rule of ours has on the device, which leads its comment,
// or its name there; empty for a rule of others.
func nameOf(r *rule.Rule) string {
	if ownName.MatchString(r.Name) {
		return r.Name[:ownNameLength]
	}
	return ""
}

// hasNames reports whether rules of the language carry a name of ours. In the others a
// list holds no entry twice, so that what it says tells it from all others.
func hasNames(format string) bool {
	switch format {
	case "cisco_asa", "cisco_ios", "cisco_nxos", "cisco_xr":
		return false
	}
	return true
}

// sameRule reports whether two rules say the same, wherever they stand and whatever they
// are called.
func sameRule(a, b *rule.Rule) bool {
	return a.Action == b.Action && a.State == b.State && a.Pair == b.Pair && a.Implied == b.Implied && a.ZonePatterns == b.ZonePatterns &&
		a.Traffic.Equal(b.Traffic) && sameSet(a.SourceZones, b.SourceZones) && sameSet(a.DestinationZones, b.DestinationZones) &&
		sameSet(a.Applications, b.Applications) && sameSet(a.Users, b.Users) && condition(a) == condition(b)
}

func sameSet(a, b []string) bool {
	if slices.Equal(a, b) {
		return true
	}
	sorted := func(s []string) []string { return slices.Compact(slices.Sorted(slices.Values(s))) }
	return slices.Equal(sorted(a), sorted(b))
}

var (
	// passing is what a text has besides what a rule says: numbers that other rules change,
	// and counters.
	passing    = regexp.MustCompile(`^\d+ |^\[\d+:\d+\] |\bpackets \d+ bytes \d+|\(hitcnt=\d+\)(?: \(inactive\))?(?: 0x[0-9a-f]+)?|\(\d+ match(?:es)?\)|\[match=\d+\]| # handle \d+$`)
	numbered   = regexp.MustCompile(`^(access-list \S+) line \d+ `)
	lineNumber = regexp.MustCompile(`\b(line|rule|index|position) \d+`)
)

// condition is what cannot be decided of a rule, in the words of its text; empty for
// nothing.
func condition(r *rule.Rule) string {
	if len(r.Unknown) == 0 {
		return ""
	}
	text := lineNumber.ReplaceAllString(strings.Join(r.Unknown, "\n"), "$1")
	return strings.Join(strings.Fields(passing.ReplaceAllString(numbered.ReplaceAllString(r.Text, "$1 "), "")), " ") + "\n" + text
}

// Fingerprint writes what the rules of a list say, and neither where they stand nor what
// they have counted.
func Fingerprint(w io.Writer, rs *rule.Ruleset) {
	for _, rules := range [][]rule.Rule{rs.Rules, rs.Return} {
		for i := range rules {
			r := &rules[i]
			_, _ = fmt.Fprintf(w, "%s %s %s %t %s %q %q %q %q %q\n", r.Action, r.State, r.Pair, r.Implied, r.Traffic, r.SourceZones, r.DestinationZones, r.Applications, r.Users, condition(r))
		}
		_, _ = fmt.Fprintln(w, len(rules))
	}
	_, _ = fmt.Fprintln(w, rs.Default, rs.ReturnDefault, rs.Stateless)
}

// opposes reports whether r, which stands above the rule n of ours, may decide otherwise
// about packets of both. A permit for established connections opens none, so that it does
// not stand against a deny; a deny for them stands against a permit, which needs them.
func opposes(r, n *rule.Rule) bool {
	if r.Action == n.Action {
		return false
	}
	apart := r.State == rule.New && n.State == rule.Established || r.State == rule.Established && n.State == rule.New ||
		r.State == rule.Established && r.Action == rule.Permit && n.State != rule.Established
	return !apart && r.Traffic.Overlaps(n.Traffic) &&
		mayShare(r, r.SourceZones, n.SourceZones) && mayShare(r, r.DestinationZones, n.DestinationZones)
}

// mayShare reports whether the zones of r, and others, may have one in common.
func mayShare(r *rule.Rule, zones, others []string) bool {
	return len(zones) == 0 || len(others) == 0 || slices.ContainsFunc(others, func(z string) bool { return r.HasZone(zones, z) || rule.MayBeEveryZone(z) }) ||
		slices.ContainsFunc(zones, rule.MayBeEveryZone)
}

// lines splits a text, which keeps its line breaks.
func lines(text string) []string { return strings.SplitAfter(text, "\n") }

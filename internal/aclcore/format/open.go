package format

import "regexp"

// What readers write of names whose meaning the text does not tell. Tables of the system and
// predefined lists hold hosts that attack, which are not all.
var (
	lacking = regexp.MustCompile(`\b(?:is|are) not (?:in the text|defined|set|read)\b`)
	someOf  = regexp.MustCompile(`\btable <|\bpredefined list\b|\bdefault ports\b`)
)

// Open reports whether a rule that cannot be decided for the reason may match all of its
// traffic: it names what the text does not tell.
func Open(reason string) bool { return lacking.MatchString(reason) && !someOf.MatchString(reason) }

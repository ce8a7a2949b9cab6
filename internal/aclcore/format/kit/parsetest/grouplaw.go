package parsetest

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A GroupLine is how the line of a group begins.
type GroupLine uint8

// The kinds of lines.
const (
	Adds     GroupLine = iota // with a word that adds a member
	Harmless                  // with a comment, a description, or the end of one
	Other
)

// GroupLaw holds a reader of groups against the law of the package known. without is a
// text with a group, and with the same text with one more line in the group. A
// question is "LIST: SOURCES -> DESTINATIONS SERVICES". No answer may become allowed
// because of the line unless it adds, and none may be if the line is of another kind,
// since nothing of the group is sure then.
func GroupLaw(t *testing.T, parse Parse, without, with string, line GroupLine, questions ...string) {
	t.Helper()
	before, err := parse(device.Input{Source: "without", Content: []byte(without)})
	if err != nil {
		t.Fatalf("%v\n%s", err, without)
	}
	after, err := parse(device.Input{Source: "with", Content: []byte(with)})
	if err != nil {
		return // a text that is refused answers nothing
	}
	for _, q := range questions {
		switch {
		case line == Adds || ask(t, after, q) != match.Allowed:
		case line == Other:
			t.Errorf("? %s\nis allowed with a line in the group that is not known to add a member:\n%s", q, with)
		case ask(t, before, q) != match.Allowed:
			t.Errorf("? %s\nis allowed because of a harmless line:\n%s", q, with)
		}
	}
}

// ask answers the question; a list that the text does not have any more allows
// nothing.
func ask(t *testing.T, doc *device.Document, question string) match.Verdict {
	t.Helper()
	name, region, _ := strings.Cut(question, ": ")
	list := Find(doc, name)
	if list == nil {
		return match.Blocked
	}
	x := match.New(&rule.Ruleset{Name: "test", Format: doc.Format, Rules: list.Rules, Default: list.Default})
	return match.Check([]match.Matcher{x}, match.Request{Region: Region(t, region), Want: rule.Permit}).Verdict
}

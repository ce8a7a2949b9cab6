package parsetest

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Question asks the list of a text whether a flow is allowed.
type Question struct {
	List, From, To string
	// Flow is "SOURCES -> DESTINATIONS SERVICES".
	Flow string
}

// Verdict answers the question of a document: Blocked if it has no such list.
func (q Question) Verdict(t testing.TB, doc *device.Document) match.Verdict {
	t.Helper()
	l := Find(doc, q.List)
	if l == nil {
		return match.Blocked
	}
	rs := l.Ruleset()
	rs.Source, rs.Format = "text", doc.Format
	return match.Check([]match.Matcher{match.New(rs)}, match.Request{Region: Region(t, q.Flow), Want: rule.Permit, SourceZone: q.From, DestinationZone: q.To}).Verdict
}

// UnreadLines puts each of the lines, which no device has, at each place of the text,
// and fails if a flow is allowed then that is not allowed without the line: what is
// not understood may put a verdict in doubt, and may never open anything.
func UnreadLines(t *testing.T, parse Parse, text string, lines []string, questions ...Question) {
	t.Helper()
	in := func(text string) (*device.Document, error) {
		return parse(device.Input{Source: "text", Content: []byte(text)})
	}
	doc, err := in(text)
	if err != nil {
		t.Fatal(err)
	}
	before := make([]match.Verdict, len(questions))
	for i, q := range questions {
		before[i] = q.Verdict(t, doc)
	}
	rows := strings.SplitAfter(text, "\n")
	doubted := 0
	for at := range rows {
		for _, line := range lines {
			changed, err := in(strings.Join(rows[:at], "") + line + "\n" + strings.Join(rows[at:], ""))
			if err != nil {
				continue // refused, which opens nothing
			}
			for i, q := range questions {
				switch got := q.Verdict(t, changed); {
				case got == match.Allowed && before[i] != match.Allowed:
					t.Fatalf("%q before line %d turns %s from %s to %s", line, at+1, q.Flow, before[i], got)
				case got != before[i]:
					doubted++
				}
			}
		}
	}
	if doubted == 0 {
		t.Error("no line puts any verdict in doubt: are the lines read at all?")
	}
}

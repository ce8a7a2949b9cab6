package estate

import (
	"strings"
	"testing"
)

// TestTogether: changes of one answer to a numbered list have numbers of their own,
// and close the gap when all are made.
func TestTogether(t *testing.T) {
	const list = `hostname r1
ip access-list extended EDGE
 10 permit tcp 10.0.0.0 0.255.255.255 host 172.16.0.1 eq 443
 20 deny tcp any any eq 22
 30 deny ip any any
`
	f := Flow{
		Application: "a", Name: "f",
		Sources: []string{"10.0.0.1", "10.0.0.2"}, Destinations: []string{"172.16.0.1"}, Services: []string{"tcp/22", "tcp/25", "udp/53"},
	}
	found := func(content string) Found {
		t.Helper()
		got, err := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: content}}}).Match(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	before := found(list)
	var changes, numbers []string
	for _, m := range before.Missing {
		changes = append(changes, m.Change)
		for line := range strings.Lines(m.Change) {
			if entry, ok := strings.CutPrefix(line, " "); ok {
				number, _, _ := strings.Cut(entry, " ")
				numbers = append(numbers, number)
			}
		}
	}
	if got := strings.Join(numbers, " "); got != "13 16 22 24 26 28" {
		t.Errorf("numbers %s of\n%s", got, strings.Join(changes, "\n"))
	}
	if after := found(list + strings.Join(changes, "\n") + "\n"); after.Status != "allowed" {
		t.Errorf("it is %s after\n%s", after.Status, strings.Join(changes, "\n"))
	}
}

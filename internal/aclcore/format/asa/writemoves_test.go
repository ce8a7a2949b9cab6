package asa_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// TestMoves: an entry that the list has below the deny is taken away before it is
// written above it, in whatever words it stands there.
func TestMoves(t *testing.T) {
	const deny = "access-list x extended deny ip host 10.0.0.1 any\n"
	for _, tt := range []struct{ below, removed string }{
		{"access-list x extended permit tcp host 10.0.0.1 host 10.0.0.2 eq 443", "permit tcp host 10.0.0.1 host 10.0.0.2 eq 443"},
		{"access-list x extended permit tcp host 10.0.0.1 host 10.0.0.2 eq https", "permit tcp host 10.0.0.1 host 10.0.0.2 eq https"},
		{"access-list x extended permit tcp host 10.0.0.1 host 10.0.0.2 eq 443 log", "permit tcp host 10.0.0.1 host 10.0.0.2 eq 443 log"},
		{"access-list x permit tcp host 10.0.0.1 10.0.0.2 255.255.255.255 eq 443", "permit tcp host 10.0.0.1 10.0.0.2 255.255.255.255 eq 443"},
		// others are not in the way
		{"object network o\n host 10.0.0.1\naccess-list x extended permit tcp object o host 10.0.0.2 eq 443", ""},
		{"access-list x extended permit tcp host 10.0.0.1 host 10.0.0.2 eq 443 time-range t", ""},
		{"access-list y extended permit tcp host 10.0.0.1 host 10.0.0.2 eq 443", ""},
	} {
		config := deny + tt.below + "\naccess-list x extended permit ip any any\n"
		base := parse(t, config, "x")
		answer := rendertest.Ask(base, rules(t, "permit 10.0.0.1 10.0.0.2 tcp/443")[0].Traffic, rule.Permit)
		changes, err := answer.Changes(func(in rule.Insertion) (string, error) { return asa.Write("x", in) })
		if err != nil {
			t.Fatal(err)
		}
		want := "access-list x line 1 extended permit tcp host 10.0.0.1 host 10.0.0.2 eq 443"
		if tt.removed != "" {
			want = "no access-list x extended " + tt.removed + "\naccess-list x line 1 extended " + tt.removed
		}
		got := strings.Join(changes, "\n---\n")
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.below, got, want)
		}
		answer.Prove(t, parse(t, config+got, "x"), universe, config+got)
	}

	base := parse(t, "access-list x extended permit tcp any any eq 80\naccess-list x extended deny ip any any\n", "x")
	again := rule.Insertion{Base: base, Before: 1, Rules: rules(t, "permit 0.0.0.0/0,::/0 0.0.0.0/0,::/0 tcp/80")}
	if text, err := asa.Write("x", again); err == nil || !strings.Contains(err.Error(), "has these entries already") {
		t.Errorf("an entry that is there already is written: %q, %v", text, err)
	}
}

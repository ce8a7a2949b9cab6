package businessflow

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// The worse of AlgoSec's answer and of the rulesets' counts, whichever they are; a flow is
// allowed only if both say so; and while a change request is open neither is final.
func TestCombine(t *testing.T) {
	flow := estate.Flow{Sources: []string{"10.0.0.1"}, Destinations: []string{"10.0.0.2", "10.0.0.3"}, Services: []string{"tcp/443"}}
	for _, says := range match.Verdicts() {
		finding := algosec.Finding{Status: says, Word: "w", Reason: "because"}
		found, a := combine(flow, finding, nil, estate.Judgement{})
		if found.Status != says || a.Status != says || found.Products != 2 || (len(found.Missing) > 0) != (says != match.Allowed && says != match.Pending) {
			t.Errorf("%s alone: %+v, %+v", says, found, a)
		}
		for _, rules := range match.Verdicts() {
			if rules == match.Pending {
				continue // rulesets never come to that
			}
			theirs := &estate.Found{Status: rules, Products: 7, Missing: []estate.Missing{{Ruleset: "edge", BlockedBy: "rule 1"}}, Decisions: []estate.Decision{{Ruleset: "edge"}}}
			found, a := combine(flow, finding, theirs, estate.Judgement{DeniedBy: []string{"p"}, Denials: []string{"no"}})
			want := max(says, rules)
			if says == match.Pending {
				want = match.Pending
			}
			if found.Status != want || a.Status != want || found.Products != 7 || len(found.DeniedBy) != 1 || len(a.Denials) != 1 {
				t.Errorf("%s and %s: %+v, %+v", says, rules, found, a)
			}
			if want == match.Allowed && (says != match.Allowed || rules != match.Allowed) {
				t.Errorf("%s and %s is allowed", says, rules)
			}
			if says != match.Pending && (found.Decisions[0].Ruleset != Ruleset || len(found.Decisions) < 2) {
				t.Errorf("%s and %s: decided by %+v", says, rules, found.Decisions)
			}
			if rules > says && says != match.Pending && !strings.Contains(a.Reason, "rule 1") {
				t.Errorf("%s and %s: reason %q", says, rules, a.Reason)
			}
			if theirs.Status != rules || len(theirs.Missing) != 1 {
				t.Errorf("the rulesets' answer was changed: %+v", theirs)
			}
		}
	}
}

// Nothing but AlgoSec's "Allowed" is a permit.
func TestDecisionsOf(t *testing.T) {
	for _, tt := range []struct {
		finding algosec.Finding
		want    string
	}{
		{algosec.Finding{Status: match.Allowed, Word: "Allowed"}, "Allowed permit"},
		{algosec.Finding{Status: match.Indeterminate}, "no answer indeterminate"},
		{algosec.Finding{Status: match.Partial, Word: "Partially Blocked"}, "Partially Blocked indeterminate"},
		{algosec.Finding{Status: match.NotRouted, Word: "Unprotected"}, "Unprotected deny"},
		{algosec.Finding{Status: match.Blocked, Word: "Blocked", Devices: []algosec.Device{
			{Name: "edge", Word: "Blocked by default device behavior"}, {Name: "core", Word: "Allowed", Rules: []algosec.DeviceRule{{Name: "r1", Action: "allow"}}}, {Name: "x", Word: "Blockedish"},
		}}, "Blocked deny; edge: Blocked by default device behavior deny; core: Allowed, allow r1 permit; x: Blockedish indeterminate"},
	} {
		var got []string
		for _, d := range decisionsOf(estate.Flow{}, tt.finding) {
			got = append(got, d.Rule+" "+d.Action)
		}
		if text := strings.Join(got, "; "); text != tt.want {
			t.Errorf("got %s\nwant %s", text, tt.want)
		}
	}
}

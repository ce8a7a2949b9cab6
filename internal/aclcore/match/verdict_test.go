package match_test

import (
	"encoding/json"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// There is one order of verdicts, and a word for each that is read back.
func TestVerdicts(t *testing.T) {
	var last match.Verdict
	for _, v := range match.Verdicts() {
		if v <= last {
			t.Errorf("%s does not come after %s", v, last)
		}
		last = v
		raw, err := json.Marshal(map[match.Verdict]match.Verdict{v: v})
		var back map[match.Verdict]match.Verdict
		if err != nil || json.Unmarshal(raw, &back) != nil || back[v] != v {
			t.Errorf("%s: %s, %v, %v", v, raw, err, back)
		}
		if got, known := match.ParseVerdict(v.String()); got != v || !known || v.String() == "" {
			t.Errorf("%d: %q is %v, %t", v, v, got, known)
		}
	}
	for _, word := range []string{"Allowed", "allowed ", "unknown", "yes"} {
		if got := match.VerdictOf(word); got != match.Indeterminate {
			t.Errorf("%q is %s", word, got)
		}
	}
	if got, known := match.ParseVerdict(""); got != 0 || !known || got.String() != "" {
		t.Errorf("no word is %v, %t", got, known)
	}
	if got := match.Verdict(77).String(); got != "unknown" {
		t.Errorf("a verdict that is none is %q", got)
	}
}

// What a flow wants is worth most, and what it does not want never is.
func TestWorth(t *testing.T) {
	for _, tt := range []struct {
		v                 match.Verdict
		permitted, denied match.Verdict
	}{
		{match.Allowed, match.Allowed, match.Partial},
		{match.Pending, match.Pending, match.Pending},
		{match.Partial, match.Partial, match.Partial},
		{match.Indeterminate, match.Indeterminate, match.Indeterminate},
		{match.NotRouted, match.NotRouted, match.NotRouted},
		{match.Blocked, match.Blocked, match.Allowed},
	} {
		if p, d := tt.v.Worth(false), tt.v.Worth(true); p != tt.permitted || d != tt.denied {
			t.Errorf("%s is worth %s and %s", tt.v, p, d)
		}
		for _, deny := range []bool{false, true} {
			if (tt.v.Worth(deny) == match.Allowed) != (tt.v == match.Wanted(deny)) {
				t.Errorf("%s, deny %t: only what is wanted is worth Allowed", tt.v, deny)
			}
		}
	}
}

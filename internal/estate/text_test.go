package estate

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// However many decisions are left out, an outcome among them is not.
func TestDecisiveKeepsEveryOutcome(t *testing.T) {
	all := make([]match.Decision, 3*MaxEntries)
	for i := range all {
		all[i] = match.Decision{Line: i, Outcome: match.Permitted}
	}
	all[MaxEntries-1].Outcome = match.Unknown
	all[len(all)-1].Outcome = match.Denied

	got := decisive(all)
	if len(got) != MaxEntries {
		t.Fatalf("%d of %d are kept, want %d", len(got), len(all), MaxEntries)
	}
	seen := map[match.Outcome]int{}
	for i, n := range got {
		seen[all[n].Outcome]++
		if i > 0 && n <= got[i-1] {
			t.Errorf("number %d comes after %d", n, got[i-1])
		}
	}
	if seen[match.Denied] != 1 || seen[match.Unknown] != 1 {
		t.Errorf("kept of each outcome: %v", seen)
	}
	if got := decisive(all[:MaxEntries]); len(got) != MaxEntries || got[0] != 0 {
		t.Errorf("a list that is short enough comes back as %v", got)
	}
}

package algosec

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

func TestStatusOf(t *testing.T) {
	for word, want := range map[string]match.Verdict{
		"Allowed": match.Allowed, "allowed": match.Allowed, " Pass ": match.Allowed,
		"Partially blocked": match.Partial, "partially allowed": match.Partial, "Partially blocked (x2)": match.Partial,
		"Blocked": match.Blocked, "Blocked (x1)": match.Blocked, "Blocked by default device behavior": match.Blocked,
		"Unprotected": match.NotRouted, "Not Routed": match.NotRouted, "not routed (x1)": match.NotRouted,
		"No connectivity information": match.Indeterminate, "": match.Indeterminate, "OK": match.Indeterminate, "Allowed by default": match.Indeterminate,
		"Not allowed": match.Indeterminate, "Allowed*": match.Indeterminate, "passed": match.Indeterminate, "true": match.Indeterminate,
		"Source and Destination behind the same interface": match.Indeterminate, "Routed": match.Indeterminate, "blockedish": match.Indeterminate,
	} {
		if got := StatusOf(word); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
}

func TestFinding(t *testing.T) {
	for _, tt := range []struct {
		revision, word string
		want           match.Verdict
		reason         string
	}{
		{RevisionActive, "Allowed", match.Allowed, ""},
		{RevisionActive, "Blocked", match.Blocked, `AlgoSec says "Blocked"`},
		{RevisionActive, "Unprotected", match.NotRouted, "no firewall in the path"},
		{RevisionActive, "", match.Indeterminate, "says nothing"},
		{RevisionActive, "Fine\x1b[1m", match.Indeterminate, `says "Fine [1m", a word that is not known`},
		{RevisionPending, "Allowed", match.Pending, "revision 7"},
		{RevisionDraft, "Allowed", match.Indeterminate, `has the status "Draft"`},
		{"Whatever", "Allowed", match.Indeterminate, `"Whatever"`},
	} {
		a := &Application{Revision: 7, Status: tt.revision, Flows: []Flow{{Name: "f", Connectivity: tt.word}}}
		got := a.Finding("f")
		if got.Status != tt.want || !strings.Contains(got.Reason, tt.reason) || (got.Reason == "") != (tt.want == match.Allowed) {
			t.Errorf("%q in a revision that is %s: %+v", tt.word, tt.revision, got)
		}
	}
	if got := (&Application{Status: RevisionActive}).Finding("f"); got.Status != match.Indeterminate || got.Reason == "" {
		t.Errorf("no flow: %+v", got)
	}
}

package algosec

import (
	"strings"
	"testing"
)

func TestStatusOf(t *testing.T) {
	for word, want := range map[string]Status{
		"Allowed": Allowed, "allowed": Allowed, " Pass ": Allowed,
		"Partially blocked": Partial, "partially allowed": Partial, "Partially blocked (x2)": Partial,
		"Blocked": Blocked, "Blocked (x1)": Blocked, "Blocked by default device behavior": Blocked,
		"Unprotected": NotRouted, "Not Routed": NotRouted, "not routed (x1)": NotRouted,
		"No connectivity information": Indeterminate, "": Indeterminate, "OK": Indeterminate, "Allowed by default": Indeterminate,
		"Not allowed": Indeterminate, "Allowed*": Indeterminate, "passed": Indeterminate, "true": Indeterminate,
		"Source and Destination behind the same interface": Indeterminate, "Routed": Indeterminate, "blockedish": Indeterminate,
	} {
		if got := StatusOf(word); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
}

func TestFinding(t *testing.T) {
	for _, tt := range []struct {
		revision, word string
		want           Status
		reason         string
	}{
		{RevisionActive, "Allowed", Allowed, ""},
		{RevisionActive, "Blocked", Blocked, `AlgoSec says "Blocked"`},
		{RevisionActive, "Unprotected", NotRouted, "no firewall in the path"},
		{RevisionActive, "", Indeterminate, "says nothing"},
		{RevisionActive, "Fine\x1b[1m", Indeterminate, `says "Fine [1m", a word that is not known`},
		{RevisionPending, "Allowed", Pending, "revision 7"},
		{RevisionDraft, "Allowed", Indeterminate, `has the status "Draft"`},
		{"Whatever", "Allowed", Indeterminate, `"Whatever"`},
	} {
		a := &Application{Revision: 7, Status: tt.revision, Flows: []Flow{{Name: "f", Connectivity: tt.word}}}
		got := a.Finding("f")
		if got.Status != tt.want || !strings.Contains(got.Reason, tt.reason) || (got.Reason == "") != (tt.want == Allowed) {
			t.Errorf("%q in a revision that is %s: %+v", tt.word, tt.revision, got)
		}
	}
	if got := (&Application{Status: RevisionActive}).Finding("f"); got.Status != Indeterminate || got.Reason == "" {
		t.Errorf("no flow: %+v", got)
	}
}

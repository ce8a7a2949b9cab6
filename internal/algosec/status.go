package algosec

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// Finding is the status of one flow.
type Finding struct {
	Status match.Verdict
	// Word is the server's own, "" if there was none.
	Word string
	// Reason says why, unless the flow is allowed.
	Reason string
	// Devices are those that a traffic simulation asked, if one was made.
	Devices []Device
	// Link is the result of the query in the user interface, "" if none was made.
	Link string
}

// words maps every word for connectivity that is known: connectivityStatus of
// flows and applications (recorded), the status of check_connectivity ("Blocked"
// was recorded; "Pass" is what AlgoSec's Ansible role compares with), results of
// traffic simulation (recorded, and the prefixes that the SDKs read).
var words = map[string]match.Verdict{
	"allowed":                     match.Allowed,
	"pass":                        match.Allowed,
	"partially blocked":           match.Partial,
	"partially allowed":           match.Partial,
	"blocked":                     match.Blocked,
	"unprotected":                 match.NotRouted,
	"not routed":                  match.NotRouted,
	"no connectivity information": match.Indeterminate,
}

// StatusOf returns what a word of AlgoSec comes to. A word that is not known is
// indeterminate, never allowed. Traffic simulation puts more behind its words
// ("Blocked by default device behavior" was recorded), which is heeded for bad news
// only: nothing is known that could follow "Allowed" and leave it true.
func StatusOf(word string) match.Verdict {
	status, _ := statusOf(word)
	return status
}

func statusOf(word string) (status match.Verdict, known bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	if status, known = words[word]; known {
		return status, true
	}
	for _, prefix := range []string{"partially blocked ", "partially allowed ", "blocked ", "not routed "} {
		if strings.HasPrefix(word, prefix) {
			return words[strings.TrimSpace(prefix)], true
		}
	}
	return match.Indeterminate, false
}

// find makes a finding of a word, with the reason.
func find(word string) Finding {
	word = clean(word)
	status, known := statusOf(word)
	f := Finding{Status: status, Word: word}
	switch {
	case word == "":
		f.Reason = "AlgoSec says nothing about the connectivity"
	case !known:
		f.Reason = fmt.Sprintf("AlgoSec says %q, a word that is not known here", word)
	case f.Status == match.NotRouted:
		f.Reason = fmt.Sprintf("AlgoSec says %q: it knows no firewall in the path", word)
	case f.Status != match.Allowed:
		f.Reason = fmt.Sprintf("AlgoSec says %q", word)
	}
	return f
}

// Finding returns what the server says about a flow: the word that came with the
// list of flows. That is only taken for an active revision; what it says about a
// draft is not about the flow as it was last implemented, and while a change
// request is open the flow is pending.
func (a *Application) Finding(flow string) Finding {
	f := a.Flow(flow)
	if f == nil {
		return Finding{Status: match.Indeterminate, Reason: "the flow is not in AlgoSec"}
	}
	return a.judge(find(f.Connectivity))
}

// judge weighs a finding by the status of the revision.
func (a *Application) judge(f Finding) Finding {
	switch a.Status {
	case RevisionActive:
		return f
	case RevisionPending:
		f.Status = match.Pending
		f.Reason = fmt.Sprintf("revision %d is %q: a change request is open", a.Revision, a.Status)
	default:
		f.Status = match.Indeterminate
		f.Reason = fmt.Sprintf("revision %d has the status %q", a.Revision, clean(a.Status))
	}
	return f
}

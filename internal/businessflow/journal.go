package businessflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// A Journal is what a resource keeps of its application in AlgoSec beyond its
// state.
type Journal struct {
	// Seen is what the last refresh found, nil if there was none that counts. The plan
	// of what did not change rests on it.
	Seen *Comparison `json:"seen,omitempty"`
	// Progress is what an apply left unfinished. The draft is a stranger's without it.
	Progress algosec.Progress `json:"progress,omitzero"`
	// Base is what the application held when it was last seen without a draft.
	Base *algosec.Baseline `json:"base,omitempty"`
	// Request is the change request that the resource opened last.
	Request *algosec.ChangeRequest `json:"request,omitempty"`
	// Unverified names flows that a change request was opened for, and that no check of
	// the connectivity has found allowed since.
	Unverified []string `json:"unverified,omitempty"`
	// Unfinished says that the resource was never created as a whole: nothing of it was
	// applied in AlgoSec.
	Unfinished bool `json:"unfinished,omitempty"`
	// Replaces says that the resource is created in place of another one for the same
	// application or flow. Terraform hands what is planned with a creation to the
	// deletion before it, which leaves everything as it is.
	Replaces bool `json:"replaces,omitempty"`
}

// A Comparison is what was seen of an application in AlgoSec, compared with what is
// declared.
type Comparison struct {
	// Exists says that there is the application; Revision and Status are those of its
	// latest revision then.
	Exists   bool   `json:"exists,omitempty"`
	Revision int64  `json:"revision,omitempty"`
	Status   string `json:"status,omitempty"`
	// Add, Modify, Delete, Objects and Services are what an apply would write.
	Add      []string `json:"add,omitempty"`
	Modify   []string `json:"modify,omitempty"`
	Delete   []string `json:"delete,omitempty"`
	Objects  []string `json:"objects,omitempty"`
	Services []string `json:"services,omitempty"`
	// Resume says that a draft of ours waits to be applied.
	Resume bool `json:"resume,omitempty"`
	// Unapplied names flows that are as wanted in a draft that nobody has applied, and
	// that is not known to be ours.
	Unapplied []string `json:"unapplied,omitempty"`
	// Refused is why an apply would write nothing of it.
	Refused string `json:"refused,omitempty"`
	// Others names flows of the application that are neither declared nor to be deleted.
	Others []string `json:"others,omitempty"`
	// Inventory are the flows as AlgoSec has them, declared ones as they are declared
	// if they mean the same.
	Inventory map[string]string `json:"inventory,omitempty"`
	// Answers are AlgoSec's, by name of the declared flow.
	Answers map[string]Answer `json:"answers,omitempty"`
	// Expired names declared flows that are past their end: AlgoSec is to have them no
	// more.
	Expired []string `json:"expired,omitempty"`
	// Request is the change request that concerns the application as it is.
	Request *algosec.ChangeRequest `json:"request,omitempty"`
}

// An Answer is what is known of one declared flow.
type Answer struct {
	// Status is the worse of AlgoSec's and that of the rulesets that the flow names.
	Status match.Verdict `json:"status"`
	// Reason is why it is not allowed.
	Reason string `json:"reason,omitempty"`
	// Same says that AlgoSec has the flow as it is declared.
	Same bool `json:"same,omitempty"`
	// Violations are what policies say of the flow, Denials why they deny it.
	Violations []estate.Violation `json:"violations,omitempty"`
	Denials    []string           `json:"denials,omitempty"`
}

// Writes reports whether an apply has anything to write.
func (s *Comparison) Writes() bool {
	return !s.Exists || len(s.Add)+len(s.Modify)+len(s.Delete)+len(s.Unapplied) > 0 || s.Resume
}

// Settled reports whether there is nothing to do about the flow: it is allowed, or
// nobody can tell before the revision is active.
func (s *Comparison) Settled(flow string) bool {
	if slices.Contains(s.Expired, flow) {
		return !slices.Contains(s.Delete, flow)
	}
	a := s.Answers[flow]
	return a.Same && (a.Status == match.Allowed || s.Status != algosec.RevisionActive)
}

// Denied returns the flows that an apply would write and policies deny, sorted.
func (s *Comparison) Denied() []string {
	var names []string
	for _, name := range slices.Concat(s.Add, s.Modify) {
		if len(s.Answers[name].Denials) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Work tells in a few words what an apply has to do.
func (s *Comparison) Work() string {
	var parts []string
	if !s.Exists {
		parts = append(parts, "the application is new")
	}
	for _, p := range []struct {
		names []string
		text  string
	}{{s.Add, "to create"}, {s.Modify, "to change"}, {s.Delete, "to delete"}} {
		switch len(p.names) {
		case 0:
		case 1:
			parts = append(parts, "flow "+p.names[0]+" "+p.text)
		default:
			parts = append(parts, fmt.Sprintf("%d flows %s", len(p.names), p.text))
		}
	}
	if s.Resume {
		parts = append(parts, fmt.Sprintf("revision %d is a draft to go on with", s.Revision))
	}
	if n := len(s.Unapplied); n > 0 {
		parts = append(parts, fmt.Sprintf("%d flows in revision %d, a draft that nobody has applied", n, s.Revision))
	}
	return strings.Join(parts, ", ")
}

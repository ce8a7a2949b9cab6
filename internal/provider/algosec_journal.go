package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// journalKey is where the journal lies in a resource's private state.
const journalKey = "algosec"

// A journal is what a resource keeps of its application in AlgoSec beyond its
// state.
type journal struct {
	// Seen is what the last refresh found, nil if there was none that counts. The plan
	// of what did not change rests on it, see [evidence].
	Seen *sighting `json:"seen,omitempty"`
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

// A sighting is what was seen of an application in AlgoSec, compared with what is
// declared.
type sighting struct {
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
	Answers map[string]flowAnswer `json:"answers,omitempty"`
	// Expired names declared flows that are past their end: AlgoSec is to have them no
	// more.
	Expired []string `json:"expired,omitempty"`
	// Request is the change request that concerns the application as it is.
	Request *algosec.ChangeRequest `json:"request,omitempty"`
}

// A flowAnswer is what is known of one declared flow.
type flowAnswer struct {
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

// writes reports whether an apply has anything to write.
func (s *sighting) writes() bool {
	return !s.Exists || len(s.Add)+len(s.Modify)+len(s.Delete)+len(s.Unapplied) > 0 || s.Resume
}

// settled reports whether there is nothing to do about the flow: it is allowed, or
// nobody can tell before the revision is active.
func (s *sighting) settled(flow string) bool {
	if slices.Contains(s.Expired, flow) {
		return !slices.Contains(s.Delete, flow)
	}
	a := s.Answers[flow]
	return a.Same && (a.Status == match.Allowed || s.Status != algosec.RevisionActive)
}

// denied returns the flows that an apply would write and policies deny, sorted.
func (s *sighting) denied() []string {
	var names []string
	for _, name := range slices.Concat(s.Add, s.Modify) {
		if len(s.Answers[name].Denials) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// loadJournal returns the journal, empty if there is none that can be read.
func loadJournal(ctx context.Context, p privateState) (j journal) {
	raw, diags := p.GetKey(ctx, journalKey)
	if diags.HasError() || len(raw) == 0 || json.Unmarshal(raw, &j) != nil {
		return journal{}
	}
	return j
}

func storeJournal(ctx context.Context, p privateState, j journal) (diags diag.Diagnostics) {
	raw, err := json.Marshal(j)
	if err != nil {
		diags.AddError("Unable to keep what was found out", fmt.Sprintf("Encoding what was seen in AlgoSec: %s.", err))
		return diags
	}
	return p.SetKey(ctx, journalKey, raw)
}

// forgetSeen is the Read of what AlgoSec cannot be asked about yet: what was so under
// an earlier configuration does not count.
func forgetSeen(ctx context.Context, resp *resource.ReadResponse) {
	j := loadJournal(ctx, resp.Private)
	j.Seen = nil
	resp.Diagnostics.Append(storeJournal(ctx, resp.Private, j)...)
}

// readDeclaration is the Read of a resource that declares d: it keeps the journal,
// removes the resource if it is gone, and returns what was found, nil for nothing.
func (s *session) readDeclaration(ctx context.Context, resp *resource.ReadResponse, d declaration) *prospect {
	j := loadJournal(ctx, resp.Private)
	p, gone := s.refreshDeclaration(ctx, d, &j, &resp.Diagnostics)
	if gone {
		resp.State.RemoveResource(ctx)
		return nil
	}
	s.journals.Store(d.key(), j)
	resp.Diagnostics.Append(storeJournal(ctx, resp.Private, j)...)
	return p
}

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/businessflow"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// An outcome is what an apply came to, with what Terraform is told of the flows.
type outcome struct {
	businessflow.Outcome
	found map[string]foundModel
}

// applyDeclaration makes AlgoSec hold what is declared. planned is what the plan rests
// on, nil if it has nothing to rest on but what the apply reads itself.
func (s algosecTarget) applyDeclaration(ctx context.Context, d businessflow.Declaration, j businessflow.Journal, planned *businessflow.Comparison, diags *diag.Diagnostics) outcome {
	server, err := s.businessFlow()
	if err != nil {
		addAlgosecError(diags, d, "use", err)
		return outcome{Outcome: businessflow.Outcome{Journal: j}}
	}
	if !s.take(d, diags) {
		return outcome{Outcome: businessflow.Outcome{Journal: j}}
	}
	tflog.Info(ctx, "applying to AlgoSec", map[string]any{"application": d.Application, "flows": len(d.Flows)})
	out := outcome{Outcome: server.Apply(ctx, d, j, planned)}
	out.found = s.briefAll(out.Found)
	if r := out.Journal.Request; r != nil {
		tflog.Info(ctx, "last change request", map[string]any{"application": d.Application, "id": r.ID})
	}
	warnStrange(diags, d, out.Strange, out.Journal.Request)
	if out.Err != nil {
		addAlgosecError(diags, d, out.Err.Step, out.Err.Err)
	}
	if out.Unread != nil {
		diags.AddWarning(fmt.Sprintf("application %q: AlgoSec could not be read after the apply", d.Application), visible.Lines(sentence(out.Unread.Error())))
	}
	addProblems(diags, d, out.Seen, out.Problems)
	return out
}

// take notes that this resource writes the flows in this process, and refuses what
// two resources declare.
func (s algosecTarget) take(d businessflow.Declaration, diags *diag.Diagnostics) bool {
	ok := true
	for _, name := range slices.Sorted(maps.Keys(d.Flows)) {
		if _, twice := s.delivered.LoadOrStore(takenKey(d.Application, name), true); twice {
			ok = false
			diags.AddError(fmt.Sprintf("Flow %q is declared twice", d.Application+"/"+name),
				"Two resources with target = \"algosec\" declare a flow of this application and name. Nothing was written for this one; give it another name.")
		}
	}
	return ok
}

// takenKey tells flows in AlgoSec from those of rulesets.
func takenKey(application, flow string) string { return "algosec\x00" + application + "/" + flow }

// withdraw deletes the flows in AlgoSec that the resource owns, or decommissions the
// application. It reports by diagnostics, and returns the progress of what failed.
func (s algosecTarget) withdraw(ctx context.Context, d businessflow.Declaration, decommission bool, j businessflow.Journal, diags *diag.Diagnostics) algosec.Progress {
	server, err := s.businessFlow()
	if err != nil {
		addAlgosecError(diags, d, "use", err)
		return j.Progress
	}
	switch {
	case s.enforcement == enforceAdvisory:
		diags.AddWarning(fmt.Sprintf("application %q: left as it is in AlgoSec", d.Application), "enforcement = \"advisory\" writes nothing.")
		return j.Progress
	case j.Unfinished:
		diags.AddWarning(fmt.Sprintf("application %q: a draft is left in AlgoSec", d.Application),
			"The resource was never created as a whole, and none of its flows was applied. Discard the draft in AlgoSec.")
		return algosec.Progress{}
	}
	var moved bool
	if d.Owned, moved = s.left(ctx, d); moved {
		if len(d.Owned) == 0 {
			return j.Progress
		}
		decommission = false // the application goes on under another resource
	}
	if decommission {
		request, err := server.Client.Decommission(ctx, d.Application)
		if err != nil {
			addAlgosecError(diags, d, "decommission", err)
			return j.Progress
		}
		s.warnRequest(diags, d, request)
		return algosec.Progress{}
	}
	result, progress, err := server.Withdraw(ctx, d, j)
	if err != nil && !isNotFound(err) {
		addAlgosecError(diags, d, "delete the flows of", err)
		return progress
	}
	warnStrange(diags, d, result.Strange, result.ChangeRequest)
	s.warnRequest(diags, d, result.ChangeRequest)
	return algosec.Progress{}
}

// warnStrange tells of an edit of somebody else that went along with ours.
func warnStrange(diags *diag.Diagnostics, d businessflow.Declaration, strange string, request *algosec.ChangeRequest) {
	if strange == "" || request == nil {
		return
	}
	diags.AddWarning(fmt.Sprintf("application %q: somebody else's edit went along", d.Application),
		visible.Lines(fmt.Sprintf("Between the last look at our draft and its apply somebody else edited it: %s. That is part of revision %d and of its change request%s: %s",
			strange, request.Revision, numbered(request), request.URL)))
}

// numbered is the number of a change request with a blank before it, or "".
func numbered(r *algosec.ChangeRequest) string {
	if r.ID == 0 {
		return ""
	}
	return fmt.Sprintf(" %d", r.ID)
}

// takeover is how long a deletion waits for another resource to take its flows
// over: one that is moved without a moved block is deleted and created in no
// particular order, and what is deleted in AlgoSec takes a change request.
const takeover = 2 * time.Second

// left returns the flows that are still to be deleted, and whether another resource
// has taken over any in this apply.
func (s algosecTarget) left(ctx context.Context, d businessflow.Declaration) (names []string, moved bool) {
	select {
	case <-ctx.Done():
	case <-time.After(takeover):
	}
	for _, name := range d.Owned {
		if _, taken := s.delivered.Load(takenKey(d.Application, name)); taken {
			moved = true
			continue
		}
		names = append(names, name)
	}
	return names, moved
}

// warnRequest tells of a change request that no state is left to hold.
func (s algosecTarget) warnRequest(diags *diag.Diagnostics, d businessflow.Declaration, request *algosec.ChangeRequest) {
	if request == nil || request.ID == 0 {
		return
	}
	diags.AddWarning(fmt.Sprintf("application %q: change request %d was opened to take it back", d.Application, request.ID), request.URL)
}

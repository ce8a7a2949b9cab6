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

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// An outcome is what an apply came to.
type outcome struct {
	journal journal
	// seen and found are how things stand after it, nil if that could not be read.
	seen  *sighting
	found map[string]foundModel
	// delivered says that AlgoSec holds what is declared, or that nothing was to be
	// written.
	delivered bool
}

// applyDeclaration makes AlgoSec hold what is declared. seen is what the plan rests
// on, nil if it has nothing to rest on but what it read itself.
func (s *session) applyDeclaration(ctx context.Context, d declaration, j journal, planned *sighting, diags *diag.Diagnostics) outcome {
	out := outcome{journal: j}
	client, err := s.algosec.client()
	if err != nil {
		addAlgosecError(diags, d, "use", err)
		return out
	}
	if !s.take(d, diags) {
		return out
	}
	seen, found, err := s.observe(ctx, d, &out.journal)
	if err != nil {
		addAlgosecError(diags, d, "compare", err)
		return out
	}
	out.seen, out.found = seen, s.briefAll(found)
	if s.enforcement == enforceAdvisory {
		out.journal.Seen, out.delivered = seen, true
		return out
	}
	if planned != nil && !d.single && (planned.Revision != seen.Revision || planned.Status != seen.Status) {
		diags.AddError(fmt.Sprintf("Unable to apply the plan for application %q", d.application),
			fmt.Sprintf("The application changed in AlgoSec after this plan was made, plan again: revision %d was %q, and revision %d is %q. Nothing was written. "+
				"(A plan made with -refresh=false rests on what an earlier plan found.)", planned.Revision, planned.Status, seen.Revision, seen.Status))
		return out
	}

	if s.refuseDenied(d, seen, diags); diags.HasError() {
		return out
	}
	apply := client.Apply
	if d.single {
		apply = client.ApplyFlows
	}
	tflog.Info(ctx, "applying to AlgoSec", map[string]any{"application": d.application, "flows": len(d.flows), "difference": seen.summary()})
	result, progress, err := apply(ctx, d.without(seen.Expired).desired(out.journal.Base), out.journal.Progress)
	out.journal.Progress = progress
	if result.ChangeRequest != nil {
		out.journal.Request = result.ChangeRequest
		tflog.Info(ctx, "change request is open", map[string]any{"application": d.application, "id": result.ChangeRequest.ID})
		for name := range d.flows {
			if slices.Contains(result.Add, name) || slices.Contains(result.Modify, name) {
				out.journal.Unverified = append(out.journal.Unverified, name)
			}
		}
		slices.Sort(out.journal.Unverified)
		out.journal.Unverified = slices.Compact(out.journal.Unverified)
	}
	warnStrange(diags, d, result)
	if err != nil {
		addAlgosecError(diags, d, "write", err)
		return out
	}
	out.delivered, out.journal.Unfinished, out.journal.Replaces = true, false, false
	s.observeAgain(ctx, d, &out, diags)
	if result.ChangeRequest == nil && out.seen != nil {
		s.insistAllowed(d, out.seen, diags)
	}
	return out
}

// observeAgain notes how things stand after an apply. That it cannot be read is no
// reason to fail: all was written.
func (s *session) observeAgain(ctx context.Context, d declaration, out *outcome, diags *diag.Diagnostics) {
	d.owned = nil
	seen, found, err := s.observe(ctx, d, &out.journal)
	if err != nil {
		out.seen, out.found = nil, nil
		diags.AddWarning(fmt.Sprintf("application %q: AlgoSec could not be read after the apply", d.application), visible.Lines(sentence(err.Error())))
		return
	}
	out.seen, out.found, out.journal.Seen = seen, s.briefAll(found), seen
}

// insistAllowed adds an error for each flow that is not allowed where nobody has to
// wait for anything.
func (s *session) insistAllowed(d declaration, seen *sighting, diags *diag.Diagnostics) {
	for _, name := range slices.Sorted(maps.Keys(d.flows)) {
		if !seen.settled(name) {
			diags.AddError(notAllowed(d, name), visible.Lines(notAllowedDetail(seen, name)))
		}
	}
}

// take notes that this resource writes the flows in this process, and refuses what
// two resources declare.
func (s *session) take(d declaration, diags *diag.Diagnostics) bool {
	ok := true
	for _, name := range slices.Sorted(maps.Keys(d.flows)) {
		if _, twice := s.delivered.LoadOrStore(takenKey(d.application, name), true); twice {
			ok = false
			diags.AddError(fmt.Sprintf("Flow %q is declared twice", d.application+"/"+name),
				"Two resources with target = \"algosec\" declare a flow of this application and name. Nothing was written for this one; give it another name.")
		}
	}
	return ok
}

// takenKey tells flows in AlgoSec from those of rulesets.
func takenKey(application, flow string) string { return "algosec\x00" + application + "/" + flow }

// withdraw deletes the flows in AlgoSec that the resource owns, or decommissions the
// application. It reports by diagnostics, and returns the progress of what failed.
func (s *session) withdraw(ctx context.Context, d declaration, decommission bool, j journal, diags *diag.Diagnostics) algosec.Progress {
	client, err := s.algosec.client()
	if err != nil {
		addAlgosecError(diags, d, "use", err)
		return j.Progress
	}
	switch {
	case s.enforcement == enforceAdvisory:
		diags.AddWarning(fmt.Sprintf("application %q: left as it is in AlgoSec", d.application), "enforcement = \"advisory\" writes nothing.")
		return j.Progress
	case j.Unfinished:
		diags.AddWarning(fmt.Sprintf("application %q: a draft is left in AlgoSec", d.application),
			"The resource was never created as a whole, and none of its flows was applied. Discard the draft in AlgoSec.")
		return algosec.Progress{}
	}
	var moved bool
	if d.owned, moved = s.left(ctx, d); moved {
		if len(d.owned) == 0 {
			return j.Progress
		}
		decommission = false // the application goes on under another resource
	}
	if decommission {
		request, err := client.Decommission(ctx, d.application)
		if err != nil {
			addAlgosecError(diags, d, "decommission", err)
			return j.Progress
		}
		s.warnRequest(diags, d, request)
		return algosec.Progress{}
	}
	d.flows, d.create, d.exclusive = nil, false, false
	apply := client.Apply
	if d.single {
		apply = client.ApplyFlows
	}
	result, progress, err := apply(ctx, d.desired(j.Base), j.Progress)
	if err != nil && !isNotFound(err) {
		addAlgosecError(diags, d, "delete the flows of", err)
		return progress
	}
	warnStrange(diags, d, result)
	s.warnRequest(diags, d, result.ChangeRequest)
	return algosec.Progress{}
}

// warnStrange tells of an edit of somebody else that went along with ours.
func warnStrange(diags *diag.Diagnostics, d declaration, result algosec.Result) {
	if result.Strange == "" || result.ChangeRequest == nil {
		return
	}
	diags.AddWarning(fmt.Sprintf("application %q: somebody else's edit went along", d.application),
		visible.Lines(fmt.Sprintf("Between the last look at our draft and its apply somebody else edited it: %s. That is part of revision %d and of its change request%s: %s",
			result.Strange, result.ChangeRequest.Revision, numbered(result.ChangeRequest), result.ChangeRequest.URL)))
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
func (s *session) left(ctx context.Context, d declaration) (names []string, moved bool) {
	select {
	case <-ctx.Done():
	case <-time.After(takeover):
	}
	for _, name := range d.owned {
		if _, taken := s.delivered.Load(takenKey(d.application, name)); taken {
			moved = true
			continue
		}
		names = append(names, name)
	}
	return names, moved
}

// warnRequest tells of a change request that no state is left to hold.
func (s *session) warnRequest(diags *diag.Diagnostics, d declaration, request *algosec.ChangeRequest) {
	if request == nil || request.ID == 0 {
		return
	}
	diags.AddWarning(fmt.Sprintf("application %q: change request %d was opened to take it back", d.application, request.ID), request.URL)
}

package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/businessflow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// A record is what a resource has in state of a declaration that it made before.
type record struct {
	declaration businessflow.Declaration
	found       map[string]foundModel
	journal     businessflow.Journal
	// same says that the configuration asks the same as the state does.
	same bool
}

// plan plans the declaration; prior is nil for one that is not in the state.
//
// With a prior that asks the same, the plan is a function of state and journal, which
// are frozen between plan and apply. Any other asks AlgoSec.
func (s algosecTarget) plan(ctx context.Context, d businessflow.Declaration, prior *record, private privateState) (applicationValues, diag.Diagnostics) {
	var (
		diags diag.Diagnostics
		j     businessflow.Journal
	)
	if prior == nil {
		j = s.handOver(ctx, d, private, &diags)
	} else {
		j = prior.journal
		d.Owned = prior.declaration.Names()
	}
	server, err := s.businessFlow()
	if err != nil {
		addAlgosecError(&diags, d, "compare", err)
		return applicationValues{}, diags
	}
	seen, isNew := j.Seen, prior == nil || !prior.same || j.Seen == nil
	var now map[string]foundModel
	if isNew {
		fresh, found, err := server.Compare(ctx, d, &j)
		if err != nil {
			addAlgosecError(&diags, d, "compare", err)
			return applicationValues{}, diags
		}
		seen, now = fresh, s.briefAll(found)
	} else {
		now = prior.found
	}
	p, more := s.planDeclaration(server, d, seen, now, isNew)
	diags.Append(more...)
	if !diags.HasError() {
		s.warnDeclaration(&diags, d, seen)
	}
	return p, diags
}

// handOver returns the journal for a creation. If there is a resource for the same
// in the state, which Terraform replaces because it is tainted or was told to, the
// creation takes over where that one stands.
//
// While planning the journal comes from the refresh before. It is planned with the
// creation, and Terraform gives it to the deletion, which precedes the creation in
// the process that applies.
func (s algosecTarget) handOver(ctx context.Context, d businessflow.Declaration, private privateState, diags *diag.Diagnostics) businessflow.Journal {
	j, ok := s.inherited(d)
	if ok {
		j.Replaces = true
		diags.Append(storeJournal(ctx, private, j)...)
	}
	return j
}

// inherited returns the journal of a resource for the same, as far as it counts for
// the one that is created.
func (s algosecTarget) inherited(d businessflow.Declaration) (businessflow.Journal, bool) {
	v, ok := s.journals.Load(d.Key())
	if !ok {
		return businessflow.Journal{}, false
	}
	j, _ := v.(businessflow.Journal)
	j.Seen, j.Unfinished, j.Replaces = nil, false, false
	return j, true
}

// refreshDeclaration returns what is so. Nothing is returned, without an error, if it could not
// be found out: the state keeps what was found before. gone says that there is no such
// application.
func (s algosecTarget) refreshDeclaration(ctx context.Context, d businessflow.Declaration, j *businessflow.Journal, diags *diag.Diagnostics) (p *applicationValues, gone bool) {
	seen, found, err := s.compare(ctx, d, j)
	var failed *algosec.Error
	switch {
	case errors.As(err, &failed), errors.Is(err, errNoAlgosec):
		addAlgosecError(diags, d, "read", err)
		return nil, false
	case err != nil:
		// The plan compares again, with the configuration as it is now, and says what is
		// wrong if it still is.
		j.Seen = nil
		diags.AddWarning(fmt.Sprintf("application %q: could not be compared with AlgoSec on refresh", d.Application), visible.Lines(sentence(err.Error())))
		return nil, false
	case !seen.Exists && j.Progress.IsZero():
		return nil, true
	}
	j.Seen = seen
	truth := asFound(seen, s.briefAll(found))
	return &truth, false
}

// keep returns what goes to the state after an apply: what was planned where that was
// known, since it has to come back as it was, else what was found.
func (o outcome) keep(d businessflow.Declaration, planned applicationValues) applicationValues {
	truth := o.truth(d)
	for name := range d.Flows {
		if f, ok := planned.found[name]; ok && !f.Status.IsUnknown() && !f.Status.IsNull() {
			truth.found[name] = f
		}
	}
	if !planned.inventory.IsUnknown() {
		truth.inventory = planned.inventory
	}
	if !planned.request.IsUnknown() {
		truth.request = planned.request
	}
	return truth
}

// truth is what was found, or that nothing is known.
func (o outcome) truth(d businessflow.Declaration) applicationValues {
	if o.Seen != nil {
		return asFound(o.Seen, o.found)
	}
	p := applicationValues{map[string]foundModel{}, textMap(d.Inventory()), changeRequestObject(o.Journal.Request)}
	for name := range d.Flows {
		p.found[name] = newFoundModel(estate.Found{Status: match.Indeterminate, Summary: match.Indeterminate.String() + ": AlgoSec could not be asked again"})
	}
	return p
}

// sameFlows reports whether both declare the same flows, for AlgoSec, for rulesets and
// for policies.
func (s *session) sameFlows(a, b map[string]declaredModel) bool {
	if len(a) != len(b) {
		return false
	}
	for name, f := range a {
		o, ok := b[name]
		if !ok || !s.sameFlow(f, o) || !f.Users.Equal(o.Users) || !f.NetworkApplications.Equal(o.NetworkApplications) {
			return false
		}
	}
	return true
}

// comparable reports whether everything is known that AlgoSec is asked for.
func (m declaredModel) comparable() bool {
	return m.matchable() && listKnown(m.Users) && listKnown(m.NetworkApplications) && !m.Comment.IsUnknown()
}

func isNotFound(err error) bool { return errors.Is(err, algosec.ErrNotFound) }

// planWithdrawal refuses a destroy that the configuration forbids, before anything
// else is destroyed.
func (s algosecTarget) planWithdrawal(application string, diags *diag.Diagnostics) {
	if !s.knowsAlgosec() || s.enforcement == enforceAdvisory {
		return
	}
	if forbidden := s.algosec.conf.Forbidden(application); forbidden != nil {
		diags.AddError(fmt.Sprintf("Application %q may not be written", application),
			fmt.Sprintf("Destroying the resource deletes flows in AlgoSec, and %s. To leave them there: terraform state rm.", forbidden.Reason))
	}
}

// unknownResults are results of which not even the names are known.
func unknownResults() types.Map { return types.MapUnknown(types.ObjectType{AttrTypes: foundTypes}) }

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// A delivery is one flow at apply: what was planned and how things stand.
type delivery struct {
	flow       estate.Flow
	at         path.Path
	planned    foundModel
	assessment *estate.Assessment
	// isNew says that a failure has to be undone. Before is then what the flow owned,
	// once begun, and nil until then.
	isNew  bool
	before estate.Holding
	// done is what was found after the flow was delivered, nil if it was not.
	done *estate.Assessment
}

// prepare assesses a flow at apply and checks that its plan still holds. It writes
// nothing.
func (s *session) prepare(ctx context.Context, f estate.Flow, planned foundModel, prior *priorFlow, at path.Path) (delivery, diag.Diagnostics) {
	var diags diag.Diagnostics
	d := delivery{flow: f, at: at, planned: planned}
	assess := s.estate.Assess
	if prior == nil {
		assess = s.estate.AssessNew
	}
	var err error
	if d.assessment, err = assess(ctx, f); err != nil {
		addAssessError(&diags, f, at, err)
		return d, diags
	}
	if prior != nil && s.enforcement != enforceAdvisory {
		err = cmp.Or(d.assessment.Verify(prior.evidence.Digests), d.assessment.VerifyJudgement(prior.evidence.DeniedBy, prior.evidence.Expired))
	}
	if err != nil {
		addStale(&diags, f, at, err)
	}
	return d, diags
}

func addStale(diags *diag.Diagnostics, f estate.Flow, at path.Path, err error) {
	addErrorAt(diags, at, fmt.Sprintf("Unable to apply the plan for flow %q", f.ID()),
		sentence(err.Error())+" Nothing was written. (A plan made with -refresh=false rests on what an earlier plan found.)")
}

// deliver writes what the flow needs and returns what is to be kept: what was
// planned where all is as wanted, else the truth.
func (s *session) deliver(ctx context.Context, d *delivery) (foundModel, evidence, diag.Diagnostics) {
	var diags diag.Diagnostics
	if s.enforcement == enforceAdvisory {
		return d.keep(s.brief(d.assessment.Now)), newEvidence(d.assessment), nil
	}
	defer s.turn(d.flow)()
	if _, twice := s.delivered.LoadOrStore(d.flow.ID(), d.flow.Owner()); twice {
		addErrorAt(&diags, d.at, fmt.Sprintf("Flow %q is declared twice", d.flow.ID()),
			"Two resources declare a flow of this application and name, so that each would take away the rules of the other. Nothing was written for this one; give it another name.")
		return s.brief(d.assessment.Now), newEvidence(d.assessment), diags
	}
	if d.isNew {
		var err error
		if d.before, err = s.estate.Owners().Holding(d.flow); err != nil {
			addErrorAt(&diags, d.at, fmt.Sprintf("Unable to read the rules of flow %q", d.flow.ID()), sentence(err.Error()))
			return s.brief(d.assessment.Now), newEvidence(d.assessment), diags
		}
	}
	after, err := s.estate.Deliver(ctx, d.flow, d.assessment)
	switch {
	case err == nil:
		if err := s.estate.Release(ctx, d.flow.Owner(), s.estate.Path(d.flow)...); err != nil {
			addErrorAt(&diags, d.at, fmt.Sprintf("Unable to remove rules of flow %q", d.flow.ID()), sentence(err.Error()))
		}
		d.done = after
		tflog.Info(ctx, "flow is delivered", map[string]any{"flow": d.flow.ID(), "managed_rules": len(after.Now.Managed)})
		return d.keep(s.brief(after.Planned)), newEvidence(after), diags
	case errors.Is(err, estate.ErrStale):
		addStale(&diags, d.flow, d.at, err)
	case errors.Is(err, estate.ErrDenied):
		addErrorAt(&diags, d.at, deniedSummary(d.flow), deniedDetail(after.DeniedBy, after.Denials))
	case errors.Is(err, estate.ErrUnmet):
		addErrorAt(&diags, d.at, unmetSummary(d.flow), capital(err.Error()))
	default:
		addErrorAt(&diags, d.at, fmt.Sprintf("Unable to write the rules of flow %q", d.flow.ID()), sentence(err.Error()))
	}
	return s.brief(after.Now), newEvidence(after), diags
}

// deliverAll delivers the flows of one resource, and notes what was found and what is
// known then.
func (s *session) deliverAll(ctx context.Context, deliveries []delivery, found map[string]foundModel, known map[string]evidence, diags *diag.Diagnostics) {
	type result struct {
		found foundModel
		known evidence
		diags diag.Diagnostics
	}
	results := make([]result, len(deliveries))
	s.estate.Together(len(deliveries), func(i int) {
		results[i].found, results[i].known, results[i].diags = s.deliver(ctx, &deliveries[i])
	})
	for i, r := range results {
		name := deliveries[i].flow.Name
		found[name], known[name] = r.found, r.known
		diags.Append(r.diags...)
	}
	*diags = s.foldErrors(*diags)
}

// remains reports whether rules of flows whose creation failed are still on a device, or may
// be: they need a state then, so that somebody takes them out.
func (s *session) remains(deliveries []delivery) bool {
	return slices.ContainsFunc(deliveries, func(d delivery) bool { return s.estate.Owners().Left(d.flow) })
}

// confirm matches the flows of an application once more together after the last write:
// rules for one of them may decide traffic of another. It replaces what was found for
// flows that are no longer as wanted.
func (s *session) confirm(ctx context.Context, deliveries []delivery, found map[string]foundModel, known map[string]evidence) (diags diag.Diagnostics) {
	if !slices.ContainsFunc(deliveries, func(d delivery) bool { return d.done != nil && d.done != d.assessment }) {
		return nil // nothing was written
	}
	for _, d := range deliveries {
		if d.done == nil || !d.done.Now.Satisfied {
			continue // an error tells of it
		}
		a, err := s.estate.Assess(ctx, d.flow)
		switch {
		case err != nil:
			addAssessError(&diags, d.flow, d.at, err)
		case !a.Now.Satisfied:
			found[d.flow.Name], known[d.flow.Name] = newFoundModel(a.Now), newEvidence(a)
			addErrorAt(&diags, d.at, unmetSummary(d.flow), "It was, until the rules of the application's other flows were written:\n"+a.InTheWay())
		}
	}
	return diags
}

// undo takes back what was written for flows whose creation failed: without a state
// nobody would ever remove it.
func (s *session) undo(ctx context.Context, deliveries []delivery, diags *diag.Diagnostics) {
	errs := make([]error, len(deliveries))
	s.estate.Together(len(deliveries), func(i int) {
		d := deliveries[i]
		if d.before == nil {
			return // nothing was written, or by another resource
		}
		defer s.turn(d.flow)()
		errs[i] = s.estate.Owners().Restore(ctx, d.flow, d.before)
		s.delivered.Delete(d.flow.ID())
	})
	for i, err := range errs {
		if err != nil {
			addErrorAt(diags, deliveries[i].at, fmt.Sprintf("Unable to take back the rules of flow %q", deliveries[i].flow.ID()), sentence(err.Error()))
		}
	}
	*diags = s.foldErrors(*diags)
}

// turn waits until nobody else writes for the flow; the caller ends its turn by
// calling done.
func (s *session) turn(f estate.Flow) (done func()) {
	lock, _ := s.turns.LoadOrStore(f.ID(), new(sync.Mutex))
	m, _ := lock.(*sync.Mutex)
	m.Lock()
	return m.Unlock
}

// keep returns what was planned where it was known, else what was found: a known
// planned value has to come back as it was.
func (d delivery) keep(found foundModel) foundModel {
	if d.planned.Status.IsNull() || d.planned.Status.IsUnknown() {
		return found
	}
	return d.planned
}

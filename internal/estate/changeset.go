package estate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// A ChangeSet is what rulesets need together, so that a list of flows is as wanted.
type ChangeSet struct {
	// Changes are the commands in the order in which they are made. Each is written for
	// the ruleset as it is after those before it.
	Changes []Change
	// Open are the flows that are not as wanted after all changes, and why.
	Open []OpenFlow
}

// Change is one command, or the few that only make sense together.
type Change struct {
	Ruleset, Command string
	// Flows are those that need it, by name.
	Flows []string
	// Overrules describes the deny narrower than any → any that the command overrules,
	// which a flow has asked for; empty if there is none.
	Overrules string

	// undo takes the command back.
	undo  string
	rules []change.Rule
	// behind is how many rules of the list come after the new ones.
	behind int
}

// OpenFlow is a flow that no change makes as wanted.
type OpenFlow struct{ Name, Why string }

// A FlowError says what is wrong with one of many flows.
type FlowError struct {
	Flow Flow
	Err  error
}

func (e *FlowError) Error() string { return fmt.Sprintf("flow %q: %s", e.Flow.Name, e.Err) }

// Unwrap returns Err.
func (e *FlowError) Unwrap() error { return e.Err }

// MaxChangeSet bounds the commands of one change set.
const MaxChangeSet = 500

// ErrChangeSet says that there is no change set.
var ErrChangeSet = errors.New("no change set")

// ChangeSet finds the changes to the named rulesets, all where there are none named, that
// make the flows as wanted. Flows are taken in order, each against the rulesets as they
// are with the changes for those before it: read again from their text with the commands
// below it, so that what is offered has been understood, line numbers are those of the
// moment at which a command is typed, and nothing is asked for twice. In the end every
// flow is matched once more. Rules of additions files do not count.
//
// Its error is that of a flow that cannot be resolved, or wraps [ErrChangeSet] where a
// command is not read again as what it is.
func (e *Estate) ChangeSet(ctx context.Context, rulesets []string, flows []Flow) (*ChangeSet, error) {
	if len(rulesets) > 0 {
		if _, err := e.path(rulesets); err != nil {
			return nil, err
		}
	}
	c := changer{estate: e, named: rulesets, drafts: map[string]*draft{}, set: &ChangeSet{}}
	for _, f := range flows {
		if err := c.note(f); err != nil {
			return nil, &FlowError{f, err}
		}
	}
	for _, f := range flows {
		if err := c.add(ctx, f); err != nil {
			return nil, &FlowError{f, err}
		}
	}
	if err := c.unite(); err != nil {
		return nil, err
	}
	if err := c.prove(flows); err != nil {
		return nil, err
	}
	return c.set, nil
}

// A changer collects changes.
type changer struct {
	estate *Estate
	named  []string
	drafts map[string]*draft
	set    *ChangeSet
	// wants are the parts of each flow that were missing before any change.
	wants []want
	// reasons are why flows stay open, by their name.
	reasons map[string]string
}

// A want is what one flow lacks in one ruleset.
type want struct {
	flow, ruleset string
	missing       match.Missing
}

// assessor returns the questions about one flow to the rulesets as they are drafted.
func (c *changer) assessor(f Flow) (*assessor, error) {
	q, products, judgement, err := c.estate.request(f)
	if err != nil {
		return nil, err
	}
	if len(c.estate.devices) > 0 && len(f.Rulesets) == 0 {
		return nil, fmt.Errorf("%w: a change set is for rulesets, and does not follow the ways of a flow through devices; name the rulesets that it crosses in rulesets, in order", ErrPath)
	}
	if c.estate.findsWays(f) {
		return nil, fmt.Errorf("%w: the flow finds its own way past devices, and change sets are written for rulesets; name those in rulesets, or take the changes from missing of the flow", ErrPath)
	}
	path, err := c.estate.path(f.Rulesets)
	if err != nil {
		return nil, err
	}
	stations := make([]station, len(path))
	for i, rs := range path {
		d := c.drafts[rs.name]
		if d == nil {
			if d, err = newDraft(rs); err != nil {
				return nil, err
			}
			c.drafts[rs.name] = d
		}
		stations[i] = station{ruleset: rs, base: d.base}
	}
	w := &assessor{writer: writer{stations: stations, q: q, products: products, overrideDeny: f.OverrideDeny, judgement: judgement}, flow: f}
	w.accept()
	return w, nil
}

// note finds out what one flow lacks while no change is made yet.
func (c *changer) note(f Flow) error {
	w, err := c.assessor(f)
	if err != nil {
		return err
	}
	found := w.bareFinding()
	for _, m := range found.Missing {
		if m.Ruleset >= 0 {
			c.wants = append(c.wants, want{f.Name, w.stations[m.Ruleset].name, m})
		}
	}
	return nil
}

// add makes the changes that one flow needs.
func (c *changer) add(ctx context.Context, f Flow) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w, err := c.assessor(f)
	if err != nil || w.judgement.Denied() || w.judgement.Expired {
		return err // nothing is asked for on behalf of a flow that policies deny
	}
	for i := range w.stations {
		if len(c.named) > 0 && !slices.Contains(c.named, w.stations[i].name) || f.Deny && i != w.q.DenyAt {
			continue
		}
		// Each rule is written for the list with those before it.
		made := map[string]bool{}
		for {
			found := w.bareFinding()
			plan := change.For(found.path, w.q, found.Finding, i, change.Options{OverrideDeny: f.OverrideDeny})
			if found.Satisfied || len(plan.Rules) == 0 {
				break
			}
			key := fmt.Sprint(plan.Rules[0].Replies, plan.Rules[0].String())
			if made[key] {
				return fmt.Errorf("%w: ruleset %q: the command for %s has no effect where it is read again", ErrChangeSet, w.stations[i].name, &plan.Rules[0].Rule)
			}
			made[key] = true
			more, err := c.make(w, found, i, plan.Rules[0])
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
	}
	return nil
}

// bareFinding matches the flow against the rulesets as they are drafted.
func (w *assessor) bareFinding() finding {
	path := make([]match.Matcher, len(w.stations))
	for i, s := range w.stations {
		path[i] = s.index
	}
	return finding{Finding: match.Check(path, w.q), path: path}
}

// make writes one rule into the draft of ruleset number i, and reports whether that could
// be done.
func (c *changer) make(w *assessor, found finding, i int, r change.Rule) (bool, error) {
	s := w.stations[i]
	text, err := s.write(r, nil)
	if err != nil {
		c.because(w.flow.Name, fmt.Sprintf("ruleset %q: %s cannot be written as %s: %s", s.name, &r.Rule, s.index.Ruleset().Format, err))
		return false, nil
	}
	if len(c.set.Changes) == MaxChangeSet {
		return false, fmt.Errorf("%w of more than %d commands: ask for fewer flows at once", ErrChangeSet, MaxChangeSet)
	}
	d := c.drafts[s.name]
	made := Change{Ruleset: s.name, Command: text, undo: format.Undo(d.options.Format, d.content, text), rules: []change.Rule{r}}
	if r.Before >= 0 {
		made.behind = len(s.index.Ruleset().Rules) - r.Before
	}
	for k, m := range found.Missing {
		if m.Ruleset == i && m.Product.Overlaps(r.Traffic) && made.Overrules == "" {
			made.Overrules = change.Overrules(found.path, w.q, found.Finding, k)
		}
	}
	if err := d.apply(text, r); err != nil {
		return false, fmt.Errorf("%w: ruleset %q: %w", ErrChangeSet, s.name, err)
	}
	w.stations[i].base = d.base
	c.set.Changes = append(c.set.Changes, made)
	return true, nil
}

// because keeps the first reason for which a flow stays open.
func (c *changer) because(flow, why string) {
	if c.reasons == nil {
		c.reasons = map[string]string{}
	}
	if c.reasons[flow] == "" {
		c.reasons[flow] = why
	}
}

// prove matches every flow with all changes made, and tells which of them need which.
func (c *changer) prove(flows []Flow) error {
	for _, f := range flows {
		w, err := c.assessor(f)
		if err != nil {
			return &FlowError{f, err}
		}
		found := w.bareFinding()
		switch {
		case w.judgement.Denied():
			c.set.Open = append(c.set.Open, OpenFlow{f.Name, "denied by policy " + strings.Join(w.judgement.DeniedBy, ", ")})
		case w.judgement.Expired, found.Satisfied:
		default:
			why := w.summary(found)
			for k, m := range found.Missing {
				if deny := w.overruled(found, k); m.Ruleset >= 0 && deny != "" {
					why += overrulesText(deny, m.By)
					break
				}
			}
			if reason := c.reasons[f.Name]; reason != "" {
				why += "; " + reason
			}
			c.set.Open = append(c.set.Open, OpenFlow{f.Name, why})
		}
	}
	for i := range c.set.Changes {
		made := &c.set.Changes[i]
		for _, want := range c.wants {
			if want.ruleset == made.Ruleset && made.serves(want) && !slices.Contains(made.Flows, want.flow) {
				made.Flows = append(made.Flows, want.flow)
			}
		}
	}
	return nil
}

// serves reports whether the change is for what a flow lacks.
func (c Change) serves(w want) bool {
	return slices.ContainsFunc(c.rules, func(r change.Rule) bool { return r.Replies || w.missing.Overlaps(r.Traffic) })
}

package estate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A ChangeSet is what rulesets and devices need together, so that a list of flows is as
// wanted.
type ChangeSet struct {
	// Changes are the commands in the order in which they are made. Each is written for
	// the ruleset or device as it is after those before it.
	Changes []Change
	// Open are the flows that are not as wanted after all changes, and why.
	Open []OpenFlow
}

// Change is one command, or the few that only make sense together.
type Change struct {
	// Target names what is changed among [ChangeSet.Targets].
	Target string
	// Ruleset is what is changed, or Device and its List.
	Ruleset, Device, List, Command string
	// Flows are those that need it, by name.
	Flows []string
	// Overrules describes the deny narrower than any → any that the command overrules,
	// which a flow has asked for; empty if there is none.
	Overrules string
	// Alternative are commands that do the same by a new member of an object group which only
	// one rule uses, or of that rule; empty if there are none. They are typed in place of
	// Command.
	Alternative string

	// place is [station.place] of the list.
	place string
	// undo takes the command back.
	undo  string
	rules []change.Rule
	// station is what is changed, as it was before.
	station station
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

// Changeable names what a change set may change; none of both means all.
type Changeable struct{ Rulesets, Devices []string }

// ChangeSet finds the changes to what is named that make the flows as wanted. Flows are
// taken in order, each against the estate as it is with the changes for those before it:
// read again from the texts with the commands below them, so that what is offered has been
// understood, line numbers are those of the moment at which a command is typed, and nothing
// is asked for twice. In the end every flow is matched once more, with all changes on all of
// its ways. Rules of additions files do not count.
//
// Its error is that of a flow that cannot be resolved, or wraps [ErrChangeSet] where a
// command is not read again as what it is.
func (e *Estate) ChangeSet(ctx context.Context, of Changeable, flows []Flow) (*ChangeSet, error) {
	if len(of.Rulesets) > 0 {
		if _, err := e.path(of.Rulesets); err != nil {
			return nil, err
		}
	}
	for _, name := range of.Devices {
		if e.devices[name] == nil {
			return nil, pathError{fmt.Errorf("unknown device %q: the provider has %s", name, cmp.Or(quoted(e.DeviceNames()), "none"))}
		}
	}
	c := changer{of: of, drafts: newDrafts(e), set: &ChangeSet{}}
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
	of     Changeable
	drafts *drafts
	set    *ChangeSet
	// wants are the parts of each flow that were missing before any change.
	wants []want
	// reasons are why flows stay open, by their name.
	reasons map[string]string
}

// A want is what one flow lacks in one list.
type want struct {
	flow, place string
	missing     match.Missing
}

// may reports whether the list may be changed.
func (c *changer) may(s station) bool {
	switch {
	case len(c.of.Rulesets)+len(c.of.Devices) == 0:
		return true
	case s.kind == "":
		return slices.Contains(c.of.Rulesets, s.name)
	}
	return slices.Contains(c.of.Devices, s.name)
}

// assessor returns the questions about one flow to the estate as it is drafted.
func (c *changer) assessor(f Flow) (*assessor, error) {
	q, products, judgement, err := c.drafts.estate.request(f)
	if err != nil {
		return nil, err
	}
	way, stations, err := router{c.drafts.estate}.route(f, q)
	if err != nil {
		return nil, err
	}
	w := &assessor{writer: writer{stations: stations, way: way, q: q, products: products, overrideDeny: f.OverrideDeny, judgement: judgement}, flow: f}
	w.accept()
	return w, nil
}

// note finds out what one flow lacks while no change is made yet.
func (c *changer) note(f Flow) error {
	w, err := c.assessor(f)
	if err != nil {
		return err
	}
	for _, m := range c.find(w).Missing {
		if m.Ruleset >= 0 {
			c.wants = append(c.wants, want{f.Name, w.stations[m.Ruleset].place(), m})
		}
	}
	return nil
}

// find matches the flow against the estate as it is drafted.
func (c *changer) find(w *assessor) finding {
	if w.way != nil {
		return w.way.checkFor(w.stations, func(station) []rule.Rule { return nil }, c.may)
	}
	path := make([]match.Matcher, len(w.stations))
	for i, s := range w.stations {
		path[i] = s.index
	}
	return finding{Finding: match.Check(path, w.q), path: path}
}

// add makes the changes that one flow needs, one after the other: each is written for the
// lists with those before it.
func (c *changer) add(ctx context.Context, f Flow) error {
	tried := map[string]bool{}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		w, err := c.assessor(f)
		if err != nil || w.judgement.Denied() || w.judgement.Expired {
			return err // nothing is asked for on behalf of a flow that policies deny
		}
		made, err := c.step(w, tried)
		if err != nil || !made {
			return err
		}
	}
}

// step makes the first change that the flow needs and that can be made, and reports whether
// there is one. It notes in tried what was made, and what could not be.
func (c *changer) step(w *assessor, tried map[string]bool) (bool, error) {
	found := c.find(w)
	if found.Satisfied {
		return false, nil
	}
	for i, s := range w.stations {
		if !c.may(s) || w.way == nil && w.flow.Deny && i != w.q.DenyAt {
			continue
		}
		for _, p := range w.plans(found, i) {
			for _, r := range p.Rules {
				key := fmt.Sprint(s.place(), r.Replies, r.String())
				worked, again := tried[key]
				if worked {
					return false, fmt.Errorf("%w: %s: the command for %s has no effect where it is read again", ErrChangeSet, s.title(), &r.Rule)
				}
				if again {
					continue
				}
				made, err := c.make(w, found, i, r)
				tried[key] = made
				if err != nil || made {
					return made, err
				}
			}
		}
	}
	return false, nil
}

// make writes one rule into the draft of station number i, and reports whether that could
// be done.
func (c *changer) make(w *assessor, found finding, i int, r change.Rule) (bool, error) {
	s := w.stations[i]
	text, err := s.write(r, nil)
	if err != nil {
		c.because(w.flow.Name, fmt.Sprintf("%s: %s cannot be written as %s: %s", s.title(), &r.Rule, s.rules().Format, err))
		return false, nil
	}
	if len(c.set.Changes) == MaxChangeSet {
		return false, fmt.Errorf("%w of more than %d commands: ask for fewer flows at once", ErrChangeSet, MaxChangeSet)
	}
	made := Change{Target: c.target(s), Command: text, station: s, place: s.place(), rules: []change.Rule{r}}
	if s.kind == "" {
		made.Ruleset = s.name
	} else {
		made.Device, made.List = s.name, s.list
	}
	if r.Before >= 0 {
		made.behind = len(s.rules().Rules) - r.Before
	}
	for k, m := range found.Missing {
		if m.Ruleset == i && m.Product.Overlaps(r.Traffic) && made.Overrules == "" {
			made.Overrules = found.overrules(w.q, k)
		}
	}
	if made.Overrules == "" {
		made.Alternative = c.drafts.alternative(s, r)
	}
	if made.undo, err = c.drafts.apply(s, text, r); err != nil {
		return false, fmt.Errorf("%w: %s: %w", ErrChangeSet, s.title(), err)
	}
	c.set.Changes = append(c.set.Changes, made)
	return true, nil
}

// target names what is changed: a device that is called as a ruleset is told from it.
func (c *changer) target(s station) string {
	if _, both := c.drafts.of.rulesets[s.name]; s.kind != "" && both {
		return s.key()
	}
	return s.name
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
		found := c.find(w)
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
			if want.place == made.place && made.serves(want) && !slices.Contains(made.Flows, want.flow) {
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

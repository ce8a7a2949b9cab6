package estate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// Assessment is everything that is known of a flow against its rulesets.
type Assessment struct {
	// Now is the truth: the rulesets with every rule of ours and of others.
	Now Found
	// Settled says that Now is as wanted, would be without the rules that other flows
	// own, that the flow owns no rule for more than its own traffic, and that no policy
	// denies it. An expired flow is so while it owns no rule.
	Settled bool
	// Unsettled tells what is left to do where Now is as wanted and Settled is not.
	Unsettled string
	// Planned is what will be found once Needs are written. It rests on nothing that
	// another flow owns, so that it does not depend on the order in which flows are
	// applied; for a new flow not on what it owns either. It is Now for one that is
	// Settled and not new.
	Planned Found
	// Deliverable says that Planned is as wanted.
	Deliverable bool
	// Obstacles tells, when not Deliverable, what is in the way: the rules that are
	// needed and where.
	Obstacles []string
	// Needs are the rules that the flow has to own, by name of a writable ruleset of
	// its path.
	Needs map[string][]additions.Rule
	// Judgement is what policies say of the flow. One that is denied owns what it did
	// before, and gets nothing.
	Judgement
	// Digests identifies what the assessment rests on, by ruleset.
	Digests map[string]string

	// isNew says that Needs were found for a new flow, idle that the flow neither
	// needs nor owns a rule.
	isNew, idle bool
}

// station is one ruleset on the path of a flow, with its additions as they stand.
type station struct {
	*ruleset
	*base
	file *additions.File // nil for a read-only ruleset
}

func (s station) writable() bool { return s.file != nil }

// above returns the station's ruleset below the given rules of its additions file.
// They go without their lines, which change whenever a flow is applied.
func (s station) above(top []rule.Rule) match.Matcher {
	if len(top) == 0 {
		return s.index
	}
	for i := range top {
		top[i].Line = 0
	}
	return match.NewOverlay(&rule.Ruleset{Name: s.name, Source: s.file.Source(), Rules: top}, s.index)
}

// Assess resolves the flow, matches it and finds what it needs. It writes nothing.
func (e *Estate) Assess(ctx context.Context, f Flow) (*Assessment, error) {
	return e.assess(ctx, f, false)
}

// AssessNew is [Estate.Assess] for a flow that is new or has changed. What it may
// own from before does not count: it could be for more than the flow now is, and
// goes away when the flow is replaced.
func (e *Estate) AssessNew(ctx context.Context, f Flow) (*Assessment, error) {
	return e.assess(ctx, f, true)
}

func (e *Estate) assess(ctx context.Context, f Flow, isNew bool) (*Assessment, error) {
	q, products, judgement, err := e.request(f)
	if err != nil {
		return nil, err
	}
	stations, err := e.stations(f.Rulesets)
	if err != nil {
		return nil, err
	}
	q.DenyAt = max(0, slices.IndexFunc(stations, station.writable))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return assess(f, q, products, stations, judgement, isNew), nil
}

func (e *Estate) request(f Flow) (q match.Request, products int64, j Judgement, err error) {
	names, err := e.Names()
	if err != nil {
		return q, 0, j, err
	}
	resolved, err := flow.New(names, f.Sources, f.Destinations, f.Services)
	if err != nil {
		return q, 0, j, err
	}
	if j, err = e.judge(f, resolved); err != nil {
		return q, 0, j, err
	}
	q = match.Request{
		Region: resolved.Region(), Want: rule.Permit,
		SourceZone: f.SourceZone, DestinationZone: f.DestinationZone,
	}
	if f.Deny {
		q.Want = rule.Deny
	}
	return q, int64(resolved.Count()), j, nil
}

func (e *Estate) stations(named []string) ([]station, error) {
	path, err := e.path(named)
	if err != nil {
		return nil, err
	}
	out := make([]station, len(path))
	for i, rs := range path {
		s := station{ruleset: rs}
		if s.base, err = rs.load(); err != nil {
			return nil, err
		}
		if rs.config.Additions != "" {
			if s.file, err = additions.Load(rs.config.Additions); err != nil {
				return nil, &RulesetError{rs.name, fmt.Errorf("additions: %w", err)}
			}
		}
		out[i] = s
	}
	return out, nil
}

func assess(f Flow, q match.Request, products int64, stations []station, j Judgement, isNew bool) *Assessment {
	found := func(top func(s station) []rule.Rule) match.Finding {
		path := make([]match.Matcher, len(stations))
		for i, s := range stations {
			var rules []rule.Rule
			if s.writable() {
				rules = top(s)
			}
			path[i] = s.above(rules)
		}
		return match.Check(path, q)
	}
	a := &Assessment{Judgement: j, Needs: map[string][]additions.Rule{}, Digests: map[string]string{}, isNew: isNew, idle: true}
	owned := map[string][]additions.Rule{}
	ours, shared, excess := false, false, false
	for _, s := range stations {
		a.Digests[s.name] = s.digest
		if !s.writable() {
			continue
		}
		a.Digests[s.name] += "+" + s.file.BaseDigest()
		owned[s.name] = s.file.Owned(f.Owner())
		a.idle = a.idle && len(owned[s.name]) == 0
		shared = shared || s.file.SharedWith(f.Owner())
		ours = ours || shared || !a.idle
		excess = excess || slices.ContainsFunc(owned[s.name], func(r additions.Rule) bool { return !within(r.Traffic, q.Region) })
	}
	w := writer{stations, q, products, f.OverrideDeny, j, f.Beside}
	now := found(func(s station) []rule.Rule { return s.file.Rules() })
	alone := now
	if shared {
		alone = found(func(s station) []rule.Rule { return s.file.Only(f.Owner(), owned[s.name]) })
	}
	a.Now = w.found(now, owned)
	a.Settled = now.Satisfied && alone.Satisfied && !excess && !j.Denied()
	if j.Expired {
		a.Settled = a.idle && !j.Denied()
	}
	switch {
	case j.Denied() && !j.Expired:
		a.Planned, a.Needs, a.Obstacles = a.Now, owned, j.Denials
		return a
	case a.Settled && !isNew:
		a.Planned, a.Deliverable, a.Needs = a.Now, true, owned
		return a
	case a.Settled || j.Expired || !now.Satisfied:
	case alone.Satisfied:
		a.Unsettled = "owns a rule for more than its own traffic"
	default:
		a.Unsettled = "only by rules that other flows own"
	}
	bare := now
	if ours {
		bare = found(func(s station) []rule.Rule { return s.file.Base() })
	}
	for i, s := range stations {
		if !s.writable() || (f.Deny && i != q.DenyAt) || j.Expired {
			continue // an expired flow needs nothing
		}
		p := change.For(q, bare, i, change.Options{OverrideDeny: f.OverrideDeny})
		a.Needs[s.name] = additions.FromRules(p.Rules)
		a.idle = a.idle && len(p.Rules) == 0
	}
	planned := bare
	if !a.idle {
		planned = found(func(s station) []rule.Rule { return s.file.Only(f.Owner(), a.Needs[s.name]) })
	}
	a.Planned = a.Now
	if ours || !a.idle { // else nothing is there or comes that changes what is found
		a.Planned = w.found(planned, a.Needs)
	}
	switch {
	case j.Denied():
		a.Obstacles = j.Denials
	case j.Expired, planned.Satisfied:
		a.Deliverable = true
	default:
		a.Obstacles = w.obstacles(planned, a.Planned)
	}
	return a
}

// within reports whether all of p is traffic of the region.
func within(p traffic.Product, region flow.Region) bool {
	v4, v6 := p.ByFamily()
	rest := slices.DeleteFunc([]traffic.Product{v4, v6}, traffic.Product.IsEmpty)
	for _, possible := range region.Possible {
		var left []traffic.Product
		for _, part := range rest {
			left = append(left, part.Subtract(possible)...)
		}
		rest = left
	}
	return len(rest) == 0
}

// obstacles tells for each gap that stays open what rule is needed where, and why
// it is not written. shown is the finding with the changes that are written already.
func (w writer) obstacles(f match.Finding, shown Found) []string {
	var out []string
	changes := w.beside.clone()
	for i, m := range f.Missing {
		why := m.Reason
		if m.By != "" {
			why += ": " + m.By
		}
		if m.Ruleset < 0 {
			out = append(out, fmt.Sprintf("%s\n  %s", m.Product, why))
			continue
		}
		s := w.stations[m.Ruleset]
		head := fmt.Sprintf("ruleset %q: %s\n  %s", s.name, m.Product, why)
		switch {
		case !s.writable():
			text := ""
			if i < len(shown.Missing) {
				text = shown.Missing[i].Change
			} else {
				text = w.change(f, m, changes)
			}
			out = append(out, fmt.Sprintf("%s\n  The ruleset is read-only, since it has no additions file. It needs\n  %s", head, strings.ReplaceAll(text, "\n", "\n  ")))
		case m.Intent != "" && !w.overrideDeny:
			out = append(out, fmt.Sprintf("%s\n  A rule of ours would overrule %s,\n  which is narrower than any → any. Set override_deny = true on the flow if that is meant.", head, m.Intent))
		default:
			out = append(out, head+"\n  No rule among our additions can change that.")
		}
	}
	return slices.Compact(out)
}

// Unmet says why the flow is not as wanted, each line indented so that Terraform
// keeps it as it is.
func (a *Assessment) Unmet() string { return Indent(a.Obstacles) }

// Indent joins texts, each line indented, so that Terraform does not wrap them.
func Indent(texts []string) string {
	return "  " + strings.ReplaceAll(strings.Join(texts, "\n"), "\n", "\n  ")
}

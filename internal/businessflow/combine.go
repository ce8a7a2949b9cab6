package businessflow

import (
	"context"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// answer is the answer about a flow: AlgoSec's, with that of the rulesets that it names.
func (s Server) answer(ctx context.Context, f estate.Flow, finding algosec.Finding, j estate.Judgement) (estate.Found, Answer, error) {
	if len(f.Rulesets) == 0 {
		found, a := combine(f, finding, nil, j)
		return found, a, nil
	}
	assessed, err := s.Estate.Assess(ctx, f)
	if err != nil {
		return estate.Found{}, Answer{}, fmt.Errorf("flow %q against rulesets: %w", f.Name, err)
	}
	found, a := combine(f, finding, &assessed.Now, j)
	return found, a, nil
}

// combine puts AlgoSec's answer and that of the rulesets together, where the flow names
// any: nil is for none. Both are shown, and the worse one counts; while a change request
// is open neither is final.
func combine(f estate.Flow, finding algosec.Finding, rulesets *estate.Found, j estate.Judgement) (estate.Found, Answer) {
	found := estate.Found{Status: finding.Status, Products: int64(len(f.Sources)) * int64(len(f.Destinations)) * int64(len(f.Services))}
	a := Answer{Status: finding.Status, Reason: finding.Reason}
	final, allowed := finding.Status != match.Pending, finding.Status == match.Allowed
	if rulesets != nil {
		found = *rulesets
		if final && found.Status > finding.Status {
			a = Answer{Status: found.Status, Reason: found.Reason()}
		}
		found.Status = a.Status
	}
	found.Violations, found.DeniedBy = j.Violations, j.DeniedBy
	a.Violations, a.Denials = j.Violations, j.Denials
	if final && !allowed {
		found.Missing = append([]estate.Missing{{
			Ruleset: Ruleset, Sources: f.Sources, Destinations: f.Destinations, Services: f.Services, Reason: finding.Reason,
		}}, found.Missing...)
	}
	if final && (rulesets != nil || !allowed) {
		found.Decisions = append(decisionsOf(f, finding), found.Decisions...)
	}
	found.Summary = a.summary(found.Summary)
	return found, a
}

// PendingSummary is what is told of a flow while a change request is open.
const PendingSummary = "pending: a change request of AlgoSec is open"

// summary is the answer in one line; of is that of the flow's rulesets, empty where it
// names none.
func (a Answer) summary(of string) string {
	switch a.Status {
	case match.Pending:
		return PendingSummary
	case match.Allowed:
		text := a.Status.String() + " by AlgoSec"
		if rules, ok := strings.CutPrefix(of, a.Status.String()+" by "); ok {
			text += ", " + rules
		}
		return text
	}
	return strings.TrimSuffix(a.Status.String()+": "+a.Reason, ".")
}

// decisionsOf is AlgoSec's answer, and those of the devices that a simulation asked
// where they may tell more.
func decisionsOf(e estate.Flow, finding algosec.Finding) []estate.Decision {
	decision := func(rule, action string) estate.Decision {
		return estate.Decision{Ruleset: Ruleset, Rule: rule, Action: action, Sources: e.Sources, Destinations: e.Destinations, Services: e.Services}
	}
	out := []estate.Decision{decision(wordOf(finding), actionOf(finding.Status))}
	if finding.Status == match.Allowed {
		return out
	}
	for _, d := range finding.Devices {
		text := d.Name + ": " + d.Word
		for _, r := range d.Rules {
			text += fmt.Sprintf(", %s %s", r.Action, r.Name)
		}
		out = append(out, decision(text, actionOf(algosec.StatusOf(d.Word))))
	}
	return out
}

func wordOf(f algosec.Finding) string {
	if f.Word == "" {
		return "no answer"
	}
	return f.Word
}

func actionOf(s match.Verdict) string {
	switch s {
	case match.Allowed:
		return "permit"
	case match.Blocked, match.NotRouted:
		return "deny"
	}
	return "indeterminate"
}

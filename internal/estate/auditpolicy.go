package estate

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// violates is the kind of finding about a rule that permits what a policy does not want.
const violates = "violates"

// maxJudgedRules is how many permits are put to the policies.
const maxJudgedRules = 2000

// violations puts what rules permit to the policies, and the findings before all others.
// Policies over a flow as a whole ask for its owner or comment, which a rule has not; they
// do not count.
func (e auditing) violations(out *Audit, lists []audited) error {
	if !e.Policies() {
		return nil
	}
	out.Summary[violates] = 0
	var found []AuditFinding
	judged := 0
	for n := range lists {
		l := &lists[n]
		for i := range l.rules.Rules {
			r := &l.rules.Rules[i]
			if r.Action != rule.Permit || r.State == rule.Established || l.partner != "" || !l.isWritten(r) || r.Traffic.IsEmpty() {
				continue
			}
			if judged++; judged > maxJudgedRules {
				out.Unknown++
				continue
			}
			more, err := e.ruleViolations(l, r)
			if err != nil {
				return err
			}
			out.Summary[violates] += int64(len(more))
			found = append(found, more...)
		}
	}
	out.Findings = append(found[:min(len(found), MaxFindings)], out.Findings...)
	return nil
}

// ruleViolations puts one rule to the policies.
func (e auditing) ruleViolations(l *audited, r *rule.Rule) (out []AuditFinding, err error) {
	f := Flow{
		Application: l.ruleset + l.device, Name: label(r),
		Sources: r.Traffic.Sources.Strings(), Destinations: r.Traffic.Destinations.Strings(), Services: r.Traffic.Services.Strings(),
	}
	if len(r.SourceZones) == 1 {
		f.SourceZone = r.SourceZones[0]
	}
	if len(r.DestinationZones) == 1 {
		f.DestinationZone = r.DestinationZones[0]
	}
	judgement, err := e.Judge(f)
	if err != nil {
		return nil, fmt.Errorf("%s put to the policies: %w", r, err)
	}
	for _, v := range judgement.Violations {
		if len(v.Sources) == 0 { // of the flow as a whole
			continue
		}
		reason := fmt.Sprintf("%s (%s): %s", v.Policy, v.Severity, v.Message)
		same := func(f AuditFinding) bool { return f.Reason == reason }
		traffic := Traffic{v.Sources, v.Destinations, v.Services}
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].Excess = append(out[i].Excess, traffic)
			continue
		}
		out = append(out, AuditFinding{
			Kind: violates, Device: l.device, Ruleset: l.ruleset, List: l.list, File: l.file, Rule: label(r), Line: int64(r.Line), Text: r.String(),
			Excess: []Traffic{traffic}, Reason: reason,
		})
	}
	return out, nil
}

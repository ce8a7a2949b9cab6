package estate

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/audit"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// violates is the kind of finding about a rule that permits what a policy does not want.
const violates = "violates"

// Bounds of what is put to the policies: so many permits, and of one so many parts of what it
// decides.
const (
	maxJudgedRules = 2000
	maxJudgedParts = 64
)

// violating puts what rules decide to the policies. Policies over a flow as a whole ask for
// its owner or comment, which a rule has not; they do not count.
type violating struct {
	auditing
	found []AuditFinding
	// judged counts the permits that were put to them, unknown those that were not, or not
	// all of what they decide.
	judged, unknown int
}

// list judges the rules of one list.
func (v *violating) list(l *audited, got *audit.Result) error {
	if !v.Policies() || l.partner != "" {
		return nil
	}
	expired := make(map[int]bool)
	for _, f := range got.Findings {
		expired[f.Rule] = expired[f.Rule] || f.Kind == audit.Expired
	}
	for n, unit := range got.Units() {
		rules := l.rules.Rules[unit[0] : unit[1]+1]
		if !opens(rules) || !l.isWritten(&rules[0]) || expired[unit[0]] {
			continue
		}
		if v.judged++; v.judged > maxJudgedRules {
			v.unknown++
			continue
		}
		if err := (&ruling{violating: v, list: l, rules: rules, Share: got.Share(n)}).judge(); err != nil {
			return err
		}
	}
	return nil
}

// opens reports whether one of the rules permits packets that open connections.
func opens(rules []rule.Rule) bool {
	return slices.ContainsFunc(rules, func(r rule.Rule) bool {
		return r.Action == rule.Permit && r.State != rule.Established && !r.Traffic.IsEmpty()
	}) &&
		!slices.ContainsFunc(rules, func(r rule.Rule) bool { return r.Action == rule.Deny })
}

// into puts the findings before all others, the most severe first.
func (v *violating) into(out *Audit) {
	if !v.Policies() {
		return
	}
	slices.SortStableFunc(v.found, func(a, b AuditFinding) int { return cmp.Compare(a.severity, b.severity) })
	out.Summary[violates], out.Unknown = int64(len(v.found)), out.Unknown+int64(v.unknown)
	out.Findings = append(v.found[:min(len(v.found), MaxFindings)], out.Findings...)
}

// A ruling is about the rules that are one in the text.
type ruling struct {
	*violating
	list  *audited
	rules []rule.Rule
	audit.Share
	// taken are the policies that what earlier rules take violates, nil until they are asked.
	taken map[string]bool
}

// judge judges the rules by what they decide together. What no rule before them takes of is
// judged as it stands there.
func (r *ruling) judge() error {
	if r.Cut {
		r.unknown++
	}
	if len(r.Taken) == 0 && !r.Cut {
		for i := range r.rules {
			one := &r.rules[i]
			found, err := r.ask(audit.Excess{Product: one.Traffic, SourceZones: one.SourceZones, DestinationZones: one.DestinationZones})
			if err != nil {
				return err
			}
			for _, of := range found {
				r.note(of, Traffic{of.Sources, of.Destinations, of.Services, one.SourceZones, one.DestinationZones}, false)
			}
		}
		return nil
	}
	if len(r.Decides) > maxJudgedParts {
		r.unknown++
		r.Decides = r.Decides[:maxJudgedParts]
	}
	for _, part := range r.Decides {
		if err := r.part(part); err != nil {
			return err
		}
	}
	return nil
}

// part judges a part of what the rules decide. A policy may be about how wide their
// addresses are, and what earlier rules leave of any is in pieces: the part is judged as far
// as it reaches too, and that counts where what the earlier rules take is not the reason.
func (r *ruling) part(part audit.Excess) error {
	found, err := r.ask(part)
	if err != nil {
		return err
	}
	var violated []string
	for _, of := range found {
		r.note(of, Traffic{of.Sources, of.Destinations, of.Services, part.SourceZones, part.DestinationZones}, true)
		violated = append(violated, of.Policy)
	}
	wide := part
	wide.Sources, wide.Destinations = reach(part.Sources, r.rules[0].Traffic.Sources), reach(part.Destinations, r.rules[0].Traffic.Destinations)
	if wide.Equal(part.Product) {
		return nil
	}
	if found, err = r.ask(wide); err != nil {
		return err
	}
	for _, of := range found {
		if slices.Contains(violated, of.Policy) {
			continue
		}
		if err := r.askTaken(); err != nil {
			return err
		}
		if !r.taken[of.Policy] {
			r.note(of, trafficOf(part), true)
		}
	}
	return nil
}

// askTaken finds out which policies what earlier rules take violates.
func (r *ruling) askTaken() error {
	if r.taken != nil {
		return nil
	}
	r.taken = make(map[string]bool)
	for _, part := range r.Taken[:min(len(r.Taken), maxJudgedParts)] {
		found, err := r.ask(part)
		if err != nil {
			return err
		}
		for _, of := range found {
			r.taken[of.Policy] = true
		}
	}
	return nil
}

// reach returns the ranges from the first to the last address of some in each range of all.
func reach(some, all addr.Set) addr.Set {
	var out []addr.Range
	for _, r := range all.Ranges() {
		if in := some.Intersect(addr.SetOf(r)).Ranges(); len(in) > 0 {
			out = append(out, addr.RangeOf(in[0].From, in[len(in)-1].To))
		}
	}
	return addr.SetOf(out...)
}

// ask puts traffic that the rules permit to the policies.
func (r *ruling) ask(of audit.Excess) ([]Violation, error) {
	if of.IsEmpty() {
		return nil, nil
	}
	first := &r.rules[0]
	judgement, err := r.Judge(Flow{
		Application: r.list.ruleset + r.list.device, Name: label(first),
		Sources: of.Sources.Strings(), Destinations: of.Destinations.Strings(), Services: of.Services.Strings(),
		SourceZone: onlyZone(of.SourceZones, first.SourceZones), DestinationZone: onlyZone(of.DestinationZones, first.DestinationZones),
	})
	if err != nil {
		return nil, fmt.Errorf("%s put to the policies: %w", first, err)
	}
	return slices.DeleteFunc(judgement.Violations, func(v Violation) bool { return len(v.Sources) == 0 }), nil // of the flow as a whole
}

// onlyZone returns the zone where there is one, which the rule names.
func onlyZone(zones, named []string) string {
	if len(zones) == 1 && slices.Contains(named, zones[0]) {
		return zones[0]
	}
	return ""
}

// note adds a violation to what is known of the rules. Parts of what they decide that
// violate one policy are one finding.
func (r *ruling) note(v Violation, of Traffic, inParts bool) {
	out, head := r.list.about(violates, &r.rules[0]), fmt.Sprintf("%s (%s): ", v.Policy, v.Severity)
	out.Reason, out.Excess = head+v.Message, []Traffic{of}
	out.severity = slices.Index([]string{string(policy.Deny), string(policy.Review), string(policy.Notify)}, v.Severity)
	i := slices.IndexFunc(r.found, func(f AuditFinding) bool {
		return f.Line == out.Line && f.Text == out.Text && f.Rule == out.Rule && f.List == out.List && f.Ruleset == out.Ruleset && f.Device == out.Device &&
			(f.Reason == out.Reason || inParts && strings.HasPrefix(f.Reason, head))
	})
	if i < 0 {
		r.found = append(r.found, out)
		return
	}
	excess := &r.found[i].Excess
	if len(*excess) < MaxEntries && !slices.ContainsFunc(*excess, func(t Traffic) bool { return reflect.DeepEqual(t, of) }) {
		*excess = append(*excess, of)
	}
}

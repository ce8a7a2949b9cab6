package estate

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/audit"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/diff"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// AuditQuestion says what is audited, and by what.
type AuditQuestion struct {
	// Rulesets and Devices are names; all there are where Everything is set.
	Rulesets, Devices []string
	Everything        bool
	// Flows are the declared flows. One that names no rulesets is wanted in all of them. Rules
	// are not judged by flows unless Declared is set.
	Flows    []Flow
	Declared bool
}

// Audit is what was found out about rules.
type Audit struct {
	// Findings are the most important first, at most MaxFindings of each kind.
	Findings []AuditFinding
	// Rules are all rules in order, at most MaxAuditRules.
	Rules []AuditRule
	// Summary counts all findings by kind.
	Summary map[string]int64
	// Unknown counts rules and flows that could not be judged within the bounds.
	Unknown int64
}

// MaxFindings and MaxAuditRules bound what an Audit lists.
const (
	MaxFindings   = 200
	MaxAuditRules = 10_000
)

// Kinds of findings about flows.
const (
	duplicateFlow = "duplicate_flow"
	containedFlow = "contained_flow"
	overlapping   = "overlapping_flow"
)

// AuditFinding is something about one rule, or about one flow.
type AuditFinding struct {
	Kind, Device, Ruleset, List string
	// Rule is the rule's name or what it says, Text the rule as it stands in the text.
	Rule string
	Line int64
	Text string
	// CoveredBy are the rules that decide in its place, with file and line.
	CoveredBy []string
	// Serves are the flows.
	Serves []string
	// Excess is traffic that no flow wants, at most MaxEntries; Packets is how many packets
	// that are, nil where it is not known.
	Excess  []Traffic
	Packets *big.Int
	Reason  string
	// Remove are the commands that take the rule out. All that are proposed may be done
	// together.
	Remove []string
}

// Traffic is a product in the words of this provider.
type Traffic struct {
	Sources, Destinations, Services []string
}

func trafficOf(p traffic.Product) Traffic {
	return Traffic{p.Sources.Strings(), p.Destinations.Strings(), p.Services.Strings()}
}

// AuditRule is a rule and the flows that it serves.
type AuditRule struct {
	Device, Ruleset, List, Rule string
	Line                        int64
	Serves                      []string
}

// audited is one list that is audited.
type audited struct {
	device, ruleset, list string
	rules                 *rule.Ruleset
	replies               bool
	// again reads the list without some lines of its text, nil where that cannot be done.
	again func(lines []int) (*rule.Ruleset, error)
	// hits are as in format.Hits.
	hits []int64
}

// Audit says what the rules of rulesets and devices are for.
func (e *Estate) Audit(q AuditQuestion) (*Audit, error) {
	lists, err := e.auditedLists(q)
	if err != nil {
		return nil, err
	}
	flows, err := e.auditFlows(q.Flows)
	if err != nil {
		return nil, err
	}
	out := auditLists(lists, q, flows)
	if err := e.violations(out, lists); err != nil {
		return nil, err
	}
	return out, nil
}

// AuditRules is [Estate.Audit] for rules that were handed over.
func (e *Estate) AuditRules(r *Rules, q AuditQuestion) (*Audit, error) {
	flows, err := e.auditFlows(q.Flows)
	if err != nil {
		return nil, err
	}
	for i := range flows {
		flows[i].rulesets = nil
	}
	return auditLists([]audited{{ruleset: "rules", rules: r.base.rules()}}, q, flows), nil
}

// auditFlow is a declared flow as an audit needs it.
type auditFlow struct {
	id       string
	rulesets []string
	audit.Flow
}

func (e *Estate) auditFlows(flows []Flow) (out []auditFlow, err error) {
	names, err := e.Names()
	if err != nil {
		return nil, err
	}
	for _, f := range flows {
		resolved, err := flow.New(names, f.Sources, f.Destinations, f.Services)
		if err != nil {
			return nil, fmt.Errorf("flow %q: %w", f.Name, err)
		}
		out = append(out, auditFlow{f.Name, f.Rulesets, audit.Flow{
			Products: resolved.Region().Possible, SourceZone: f.SourceZone, DestinationZone: f.DestinationZone, Deny: f.Deny,
		}})
	}
	return out, nil
}

func (e *Estate) auditedLists(q AuditQuestion) (out []audited, err error) {
	rulesets, devices := q.Rulesets, q.Devices
	if q.Everything {
		rulesets, devices = e.RulesetNames(), slices.Sorted(maps.Keys(e.devices))
	}
	if len(rulesets)+len(devices) == 0 {
		return nil, fmt.Errorf("%w: the provider has no rulesets and no devices to audit", ErrPath)
	}
	if len(rulesets) > 0 {
		path, err := e.path(rulesets)
		if err != nil {
			return nil, err
		}
		for _, rs := range path {
			b, err := rs.load()
			if err != nil {
				return nil, err
			}
			list := audited{ruleset: rs.name, list: b.list, rules: b.rules(), again: rs.again}
			content, err := rs.content()
			if err != nil {
				return nil, &RulesetError{rs.name, "", err}
			}
			list.hits = format.Hits(list.rules.Format, content, list.rules.Rules)
			out = append(out, list)
			if list.rules.Stateless && list.rules.Return != nil {
				list.list, list.rules, list.replies = cmp.Or(list.rules.ReturnList, b.list+" (replies)"), list.rules.Replies(), true
				list.again, list.hits = nil, nil
				out = append(out, list)
			}
		}
	}
	for _, name := range devices {
		fw, ok := e.devices[name]
		if !ok {
			return nil, pathError{fmt.Errorf("unknown device %q: the provider has %s", name, quoted(slices.Sorted(maps.Keys(e.devices))))}
		}
		text, err := fw.read()
		if err != nil {
			return nil, err
		}
		for _, list := range text.doc.Lists {
			if l := text.lists[list.Name]; l != nil {
				out = append(out, audited{device: name, list: l.name, rules: l.full})
			}
		}
	}
	return out, nil
}

// content returns the text of the ruleset.
func (rs *ruleset) content() ([]byte, error) {
	if rs.config.Path == "" {
		return []byte(rs.config.Content), nil
	}
	content, _, err := readFile(rs.config.Path)
	return content, err
}

// again reads the ruleset without some lines of its text.
func (rs *ruleset) again(lines []int) (*rule.Ruleset, error) {
	content, err := rs.content()
	if err != nil {
		return nil, err
	}
	o, err := optionsOf(rs.name, rs.config)
	if err != nil {
		return nil, err
	}
	b, err := rs.load()
	if err != nil {
		return nil, err
	}
	o.Format, o.ACL = b.rules().Format, b.list
	rules, _, err := format.Parse(format.WithoutLines(content, lines), o)
	if err != nil {
		return nil, err
	}
	return rules, nil
}

func auditLists(lists []audited, q AuditQuestion, flows []auditFlow) *Audit {
	out := &Audit{Summary: make(map[string]int64)}
	for _, kind := range audit.Kinds() {
		out.Summary[kind.String()] = 0
	}
	for i := range lists {
		out.list(&lists[i], q, flows)
	}
	out.flows(flows)
	rank := func(f AuditFinding) int {
		for _, kind := range audit.Kinds() {
			if kind.String() == f.Kind {
				return int(kind)
			}
		}
		return len(audit.Kinds())
	}
	slices.SortStableFunc(out.Findings, func(a, b AuditFinding) int { return cmp.Compare(rank(a), rank(b)) })
	seen := make(map[string]int)
	out.Findings = slices.DeleteFunc(out.Findings, func(f AuditFinding) bool {
		seen[f.Kind]++
		return seen[f.Kind] > MaxFindings
	})
	return out
}

// list audits one list.
func (a *Audit) list(l *audited, q AuditQuestion, flows []auditFlow) {
	var crossing []audit.Flow
	var ids []string
	for _, f := range flows {
		if l.ruleset != "" && len(f.rulesets) > 0 && !slices.Contains(f.rulesets, l.ruleset) {
			continue
		}
		if l.device != "" { // its rules are for its own zones, not for those of the estate
			f.SourceZone, f.DestinationZone = "", ""
		}
		crossing, ids = append(crossing, f.Flow), append(ids, f.id)
	}
	got := audit.List(audit.Question{Rules: l.rules, Replies: l.replies, Hits: l.hits, Flows: crossing, Declared: q.Declared})
	a.Unknown += int64(got.Unknown)
	serves := func(i int) (names []string) {
		for _, n := range got.Serves[i] {
			names = append(names, ids[n])
		}
		return names
	}
	for i := range l.rules.Rules {
		if r := &l.rules.Rules[i]; len(a.Rules) < MaxAuditRules && l.isWritten(r) {
			a.Rules = append(a.Rules, AuditRule{l.device, l.ruleset, l.list, label(r), int64(r.Line), serves(i)})
		}
	}
	removals := l.removals(got)
	for _, f := range got.Findings {
		r := &l.rules.Rules[f.Rule]
		if f.Kind != audit.Undecidable && !l.isWritten(r) {
			continue
		}
		out := AuditFinding{
			Kind: f.Kind.String(), Device: l.device, Ruleset: l.ruleset, List: l.list,
			Rule: label(r), Line: int64(r.Line), Text: r.String(), Serves: serves(f.Rule), Packets: f.Packets, Reason: f.Reason,
		}
		for _, i := range f.CoveredBy {
			out.CoveredBy = append(out.CoveredBy, l.rules.Describe(i))
		}
		for n, x := range f.Excess {
			if n == MaxEntries {
				out.Reason += fmt.Sprintf("; %d more of excess", len(f.Excess)-MaxEntries)
				break
			}
			out.Excess = append(out.Excess, trafficOf(x.Product))
		}
		if f.Cut {
			out.Reason += "; the excess is not all of it"
		}
		switch removal, ok := removals[f.Rule]; {
		case f.Kind != audit.Shadowed && f.Kind != audit.Redundant && f.Kind != audit.Unused:
		case ok && len(removal.Commands) == 0:
			out.Reason = strings.TrimPrefix(out.Reason+"; "+removal.Reason, "; ")
		case ok:
			out.Remove = removal.Commands
		case out.Reason == "":
			out.Reason = "it is met at several places of the list; look at each before it goes"
		}
		a.Summary[out.Kind]++
		a.Findings = append(a.Findings, out)
	}
}

// isWritten reports whether somebody wrote the rule: readers add what a device does by
// itself.
func (l *audited) isWritten(r *rule.Rule) bool {
	inline := l.rules.Format == "json" || l.rules.Format == "yaml"
	return (inline || r.Line > 0) && !r.Implied && !impliedRule.MatchString(r.Text)
}

// impliedRule finds the texts of what nobody wrote as a rule: the policy of a chain of
// iptables or nftables, the cleanup of a layer of Check Point, the default security rules
// of Azure, whose priorities nobody else can use.
var impliedRule = regexp.MustCompile(`^policy of |^cleanup of layer |: type \w+ hook |^\w+(?:In|Out)Bound 650\d\d `)

func label(r *rule.Rule) string { return cmp.Or(r.Name, r.String()) }

// removals returns how the rules that may go are taken out, by rule. The commands of
// rules that lines stand for are proven: the text is read again without the lines, and has
// to do the same, but for what no flow wants.
func (l *audited) removals(got audit.Result) map[int]format.Removal {
	out := make(map[int]format.Removal)
	lineGoes := make(map[int]bool)
	for i := range l.rules.Rules {
		if line := l.rules.Rules[i].Line; got.Removable[i] {
			if _, other := lineGoes[line]; !other {
				lineGoes[line] = true
			}
		} else {
			lineGoes[line] = false // not all of the line may go
		}
	}
	var lines []int
	for i := range l.rules.Rules {
		r := &l.rules.Rules[i]
		if !got.Removable[i] || !l.isWritten(r) {
			continue
		}
		removal := format.Remove(l.rules.Format, r)
		switch {
		case l.rules.Format == "iptables" && len(removal.Commands) > 0 && !strings.Contains(removal.Commands[0], " -D "+l.list+" "):
			removal = format.Removal{Reason: "it stands in a chain of its own, which other lists may use as well"}
		case removal.ByLine && !lineGoes[r.Line]:
			removal = format.Removal{Reason: "its line stands for more than this rule"}
		case removal.ByLine && !slices.Contains(lines, r.Line):
			lines = append(lines, r.Line)
		}
		out[i] = removal
	}
	if len(out) == 0 || l.proven(got, func() (*rule.Ruleset, error) { return l.without(got), nil }) &&
		(len(lines) == 0 || l.again == nil || l.proven(got, func() (*rule.Ruleset, error) { return l.again(lines) })) {
		return out
	}
	for i, removal := range out {
		if len(removal.Commands) > 0 {
			out[i] = format.Removal{Reason: "it could not be proven that the list does the same without the rules that may go"}
		}
	}
	return out
}

// without returns the list without the rules that may go.
func (l *audited) without(got audit.Result) *rule.Ruleset {
	rest := *l.rules
	rest.Rules = nil
	for i := range l.rules.Rules {
		if !got.Removable[i] {
			rest.Rules = append(rest.Rules, l.rules.Rules[i])
		}
	}
	return &rest
}

// proven reports whether another reading of the list differs only in what was permitted
// by rules that serve no flow and may go.
func (l *audited) proven(got audit.Result, read func() (*rule.Ruleset, error)) bool {
	after, err := read()
	if err != nil {
		return false
	}
	result := diff.Compare(l.rules, after)
	return !result.Cut && !slices.ContainsFunc(result.Changes, func(c diff.Change) bool {
		unused := c.Before.Rule >= 0 && got.Removable[c.Before.Rule] && l.rules.Rules[c.Before.Rule].Action == rule.Permit && len(got.Serves[c.Before.Rule]) == 0
		return !unused || c.Kind == diff.Opened || c.After.Outcome == match.Permitted
	})
}

// flows finds flows that say again what others say.
func (a *Audit) flows(flows []auditFlow) {
	for _, pair := range audit.Flows(onlyFlows(flows)) {
		f := AuditFinding{Rule: flows[pair.Flow].id, Serves: []string{flows[pair.Other].id}}
		switch pair.Relation {
		case audit.Same:
			f.Kind, f.Reason = duplicateFlow, "both flows are for the same traffic"
		case audit.Within:
			f.Kind, f.Reason = containedFlow, "all of its traffic is that of the other flow too"
		default:
			f.Kind, f.Reason = overlapping, "some of its traffic is that of the other flow too"
		}
		a.Summary[f.Kind]++
		a.Findings = append(a.Findings, f)
	}
}

func onlyFlows(flows []auditFlow) []audit.Flow {
	out := make([]audit.Flow, len(flows))
	for i := range flows {
		out[i] = flows[i].Flow
	}
	return out
}

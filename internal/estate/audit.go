package estate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/audit"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
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
	// AsOf is the day by which schedules have ended or not; zero leaves it to the date that
	// a text has of itself.
	AsOf time.Time
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

// auditKinds are the kinds of findings about rules that are there without policies, the
// most important first.
var auditKinds = func() (out []string) {
	for _, kind := range audit.Kinds() {
		out = append(out, kind.String())
		if kind == audit.Expired {
			out = append(out, disabledRule)
		}
	}
	return out
}()

// disabledRule is the kind of finding about a rule that is switched off.
const disabledRule = "disabled"

// Kinds of findings about flows.
const (
	duplicateFlow = "duplicate_flow"
	containedFlow = "contained_flow"
	overlapping   = "overlapping_flow"
)

// AuditFinding is something about one rule, or about one flow.
type AuditFinding struct {
	Kind, Device, Ruleset, List string
	// File is where the list stands, as it was configured; empty for text that has no file.
	File string
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

	// size tells how much its excess is as against others', and severity how severe the
	// policy is that it violates, the least first.
	size     *big.Int
	severity int
}

// Traffic is a product in the words of this provider, and the zones that it goes between,
// none for all.
type Traffic struct {
	Sources, Destinations, Services []string
	SourceZones, DestinationZones   []string
}

func trafficOf(x audit.Excess) Traffic {
	return Traffic{x.Sources.Strings(), x.Destinations.Strings(), x.Services.Strings(), x.SourceZones, x.DestinationZones}
}

// AuditRule is a rule and the flows that it serves.
type AuditRule struct {
	Device, Ruleset, List, Rule string
	File                        string
	Line                        int64
	Serves                      []string
	// Hits is how many packets the device has counted, nil where the text has no counter.
	Hits *int64
}

// audited is one list that is audited.
type audited struct {
	device, ruleset, list, file string
	rules                       *rule.Ruleset
	// partner is the ruleset whose replies meet the list, and that has it as its own.
	partner string
	// sameText are the rulesets of the same text.
	sameText []string
	// content is the text, and read reads the list out of another one; both are nil for
	// rules that were handed over.
	content []byte
	read    func(content []byte) (*rule.Ruleset, error)
}

// Audit says what the rules of rulesets and devices are for.
func (e *Estate) Audit(q AuditQuestion) (*Audit, error) {
	lists, err := auditing{e}.auditedLists(q)
	if err != nil {
		return nil, err
	}
	flows, err := auditing{e}.auditFlows(q.Flows)
	if err != nil {
		return nil, err
	}
	policies := violating{auditing: auditing{e}}
	out, err := auditLists(lists, q, flows, policies.list)
	if err != nil {
		return nil, err
	}
	policies.into(out)
	return out, nil
}

// AuditRules is [Estate.Audit] for rules that were handed over.
func (e *Estate) AuditRules(r *Rules, q AuditQuestion) (*Audit, error) {
	flows, err := auditing{e}.auditFlows(q.Flows)
	if err != nil {
		return nil, err
	}
	for i := range flows {
		flows[i].rulesets, flows[i].Crosses = nil, nil
	}
	return auditLists([]audited{{ruleset: "rules", rules: r.base.rules()}}, q, flows, func(*audited, *audit.Result) error { return nil })
}

// auditFlow is a declared flow as an audit needs it.
type auditFlow struct {
	id       string
	rulesets []string
	audit.Flow
}

// auditing prepares what an audit and a diff ask.
type auditing struct{ *Estate }

func (e auditing) auditFlows(flows []Flow) (out []auditFlow, err error) {
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
			Crosses: e.crosses(&f), NetworkApplications: f.NetworkApplications, Users: f.Users,
		}})
	}
	return out, nil
}

// crosses names what a flow is matched against, so that flows are compared that meet the
// same firewalls. All flows that find their own ways cross the one estate, which is called
// "" as no ruleset is.
func (e auditing) crosses(f *Flow) []string {
	switch {
	case len(f.Rulesets) > 0:
		return f.Rulesets
	case e.findsWays(*f):
		return []string{""}
	}
	return e.RulesetNames()
}

func (e auditing) auditedLists(q AuditQuestion) (out []audited, err error) {
	rulesets, devices := q.Rulesets, q.Devices
	if q.Everything {
		rulesets, devices = e.RulesetNames(), slices.Sorted(maps.Keys(e.devices))
	}
	if len(rulesets)+len(devices) == 0 {
		return nil, pathError{errors.New("the provider has no rulesets and no devices to audit; add one to its rulesets or devices")}
	}
	if len(rulesets) > 0 {
		path, err := e.path(rulesets)
		if err != nil {
			return nil, err
		}
		ahead(path...)
		for _, rs := range path {
			b, err := rs.load()
			if err != nil {
				return nil, err
			}
			list, err := rs.audited(b)
			if err != nil {
				return nil, err
			}
			list.sameText = e.sharing(rs)
			out = append(out, list)
		}
		out = append(out, withReplies(out)...)
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
		lists, err := fw.audited(text)
		if err != nil {
			return nil, err
		}
		out = append(out, lists...)
	}
	return out, nil
}

// sharing returns the names of the rulesets that are of the same text.
func (e auditing) sharing(rs *ruleset) (names []string) {
	for name, other := range e.rulesets {
		if a, b := &rs.config, &other.config; a.Path == b.Path && a.Content == b.Content && reflect.DeepEqual(a.Source, b.Source) {
			names = append(names, name)
		}
	}
	return names
}

// audited returns the list of a ruleset.
func (rs *ruleset) audited(b *base) (audited, error) {
	content, err := rs.content()
	if err != nil {
		return audited{}, &RulesetError{rs.name, "", err}
	}
	o, err := optionsOf(rs.name, rs.config)
	if err != nil {
		return audited{}, &RulesetError{rs.name, "", err}
	}
	o.Format, o.ACL = b.rules().Format, b.list
	return audited{
		ruleset: rs.name, list: b.list, file: rs.config.Path, rules: b.rules(), content: content,
		read: func(content []byte) (*rule.Ruleset, error) {
			rules, _, err := format.Parse(content, o)
			return rules, err
		},
	}, nil
}

// withReplies returns the lists that the replies of some meet, where they are lists of
// their own and none of those.
func withReplies(lists []audited) (out []audited) {
	for i := range lists {
		l := &lists[i]
		if !l.rules.Stateless || l.rules.OneList() || l.rules.ReturnList == l.list {
			continue
		}
		same := func(o audited) bool { return o.list == l.rules.ReturnList && bytes.Equal(o.content, l.content) }
		if !slices.ContainsFunc(lists, same) && !slices.ContainsFunc(out, same) {
			out = append(out, l.ofReplies())
		}
	}
	return out
}

// ofReplies returns the list that the replies of l meet.
func (l *audited) ofReplies() audited {
	back := *l
	back.list, back.rules, back.partner = l.rules.ReturnList, l.rules.Replies(), l.ruleset
	back.read = func(content []byte) (*rule.Ruleset, error) {
		rules, err := l.read(content)
		if err != nil {
			return nil, err
		}
		return rules.Replies(), nil
	}
	return back
}

// asked returns the list as its own question: replies of flows meet it too, unless those
// meet another list.
func (l *audited) asked() *rule.Ruleset {
	rules := *l.rules
	if l.partner != "" || rules.OneList() || rules.ReturnList == l.list {
		rules.Return = nil
	}
	return &rules
}

// crossing returns the flows whose packets or replies meet the list, with their names. To
// a stateless list come replies of flows that cross another list of the same text.
func (l *audited) crossing(flows []auditFlow) (out []audit.Flow, ids []string) {
	add := func(f auditFlow, onlyReplies bool) {
		f.OnlyReplies = onlyReplies
		out, ids = append(out, f.Flow), append(ids, f.id)
	}
	for _, f := range flows {
		named := func(name string) bool { return slices.Contains(f.rulesets, name) }
		everywhere := l.device != "" || len(f.rulesets) == 0
		if l.device != "" || !namesZones(l.rules) { // its rules are for its own zones, not for those of the estate, or for none
			f.SourceZone, f.DestinationZone = "", ""
		}
		crosses := everywhere || named(l.ruleset)
		if l.partner != "" {
			if crosses {
				add(f, true)
			}
			continue
		}
		if crosses {
			add(f, false)
		}
		if rules := l.asked(); rules.Stateless && rules.Return != nil && (everywhere || slices.ContainsFunc(l.sameText, named)) {
			add(f, true)
		}
	}
	return out, ids
}

// namesZones reports whether rules of the list are for some zones.
func namesZones(rs *rule.Ruleset) bool {
	return slices.ContainsFunc(slices.Concat(rs.Rules, rs.Return), func(r rule.Rule) bool {
		return len(r.SourceZones)+len(r.DestinationZones) > 0 || r.Pair != rule.AnyPair
	})
}

// byReplies reports whether the rules are what only replies meet: a firewall that tracks
// connections has rules for others in the list, which are not there.
func (l *audited) byReplies() bool { return l.partner != "" && l.rules.Tracked }

// audited returns the lists of a device.
func (fw *firewall) audited(text *deviceText) (out []audited, err error) {
	content, err := fw.content()
	if err != nil {
		return nil, &RulesetError{fw.name, "device", err}
	}
	for _, list := range text.doc.Lists {
		l := text.lists[list.Name]
		if l == nil {
			continue
		}
		out = append(out, audited{
			device: fw.name, list: l.name, file: fw.config.Path, rules: l.full, content: content,
			read: func(content []byte) (*rule.Ruleset, error) {
				doc, err := format.Document(content, text.source, text.doc.Format, fw.config.Context)
				if err != nil {
					return nil, err
				}
				chosen, err := format.Choose(doc, text.source, l.name)
				if err != nil {
					return nil, err
				}
				rules := chosen.Ruleset()
				rules.Name, rules.Source, rules.Format = l.full.Name, l.full.Source, l.full.Format
				return rules, nil
			},
		})
	}
	return out, nil
}

// content returns the text of the ruleset.
func (rs *ruleset) content() ([]byte, error) {
	got, err := rs.text()
	return got.content, err
}

// auditLists audits lists and flows; judge is called with what was found out about each
// list.
func auditLists(lists []audited, q AuditQuestion, flows []auditFlow, judge func(*audited, *audit.Result) error) (*Audit, error) {
	out := &Audit{Summary: make(map[string]int64)}
	for _, kind := range auditKinds {
		out.Summary[kind] = 0
	}
	for i := range lists {
		got := out.list(&lists[i], q, flows)
		if err := judge(&lists[i], got); err != nil {
			return nil, err
		}
	}
	out.flows(flows)
	rank := func(f AuditFinding) int {
		if i := slices.Index(auditKinds, f.Kind); i >= 0 {
			return i
		}
		return len(auditKinds) // of flows
	}
	slices.SortStableFunc(out.Findings, func(a, b AuditFinding) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), audit.CompareSizes(b.size, a.size))
	})
	seen := make(map[string]int)
	out.Findings = slices.DeleteFunc(out.Findings, func(f AuditFinding) bool {
		seen[f.Kind]++
		return seen[f.Kind] > MaxFindings
	})
	return out, nil
}

// list audits one list.
func (a *Audit) list(l *audited, q AuditQuestion, flows []auditFlow) *audit.Result {
	crossing, ids := l.crossing(flows)
	hits := format.Hits(l.rules.Format, l.content, l.rules.Rules)
	asOf := q.AsOf
	if asOf.IsZero() {
		asOf = format.Dated(l.content)
	}
	got := audit.List(audit.Question{
		Rules: l.asked(), Strays: format.Strays(l.rules.Format, l.rules.Rules), Open: format.Open, Hits: hits, Flows: crossing, Declared: q.Declared,
		Explain: 2 * MaxFindings, // some of them are about what nobody wrote
		Ends:    format.Ends(l.rules.Format, l.content, l.rules.Rules), AsOf: asOf,
	})
	a.Unknown += int64(got.Unknown)
	names := func(i int) (names []string) {
		for _, n := range got.Serves[i] {
			names = append(names, ids[n])
		}
		return slices.Compact(names)
	}
	for i := range l.rules.Rules {
		if r := &l.rules.Rules[i]; len(a.Rules) < MaxAuditRules && l.isWritten(r) {
			one := AuditRule{Device: l.device, Ruleset: l.ruleset, List: l.list, File: l.file, Rule: label(r), Line: int64(r.Line), Serves: names(i)}
			if hits != nil && hits[i] >= 0 {
				one.Hits = &hits[i]
			}
			a.Rules = append(a.Rules, one)
		}
	}
	if l.byReplies() {
		return &got
	}
	removals := newRemovals(l, got)
	for _, f := range got.Findings {
		r := &l.rules.Rules[f.Rule]
		if f.Kind != audit.Undecidable && !l.isWritten(r) {
			continue
		}
		one := l.finding(f, r, names(f.Rule), removals, a.Summary[f.Kind.String()] < MaxFindings)
		if n := len(a.Findings); n > 0 && r.Line == 0 && a.Findings[n-1].Text == one.Text && a.Findings[n-1].Reason == one.Reason && a.Findings[n-1].Kind == one.Kind {
			continue // what a text lacks is two rules, that permit and that deny
		}
		a.add(one)
	}
	if l.partner != "" {
		return &got
	}
	for i := range l.rules.Disabled {
		r := &l.rules.Disabled[i]
		out := l.about(disabledRule, r)
		out.Reason = "it is switched off in the text"
		out.remove(removals.ofDisabled(r))
		a.add(out)
	}
	return &got
}

func (a *Audit) add(f AuditFinding) {
	a.Summary[f.Kind]++
	a.Findings = append(a.Findings, f)
}

// about returns a finding about a rule.
func (l *audited) about(kind string, r *rule.Rule) AuditFinding {
	return AuditFinding{Kind: kind, Device: l.device, Ruleset: l.ruleset, List: l.list, File: l.file, Rule: label(r), Line: int64(r.Line), Text: r.String()}
}

// finding writes a finding in the words of the text. The command that removes the rule is
// left out where nobody will read it.
func (l *audited) finding(f audit.Finding, r *rule.Rule, serves []string, removals *removals, read bool) AuditFinding {
	out := l.about(f.Kind.String(), r)
	out.Serves, out.Packets, out.Reason, out.size = serves, f.Packets, f.Reason, f.Size
	for _, i := range f.CoveredBy {
		out.CoveredBy = append(out.CoveredBy, l.rules.Describe(i))
	}
	for n, x := range f.Excess {
		if n == MaxEntries {
			out.Reason += fmt.Sprintf("; %d more of excess", len(f.Excess)-MaxEntries)
			break
		}
		out.Excess = append(out.Excess, trafficOf(x))
	}
	if f.Cut {
		out.Reason += "; the excess is not all of it"
	}
	switch f.Kind {
	case audit.Shadowed, audit.Redundant, audit.Unused, audit.Expired:
		if read && (removals.got.Removable[f.Rule] || out.Reason == "") { // else the reason says why it stays
			out.remove(removals.of(f.Rule))
		}
	}
	return out
}

// remove says how the rule is taken out, or why it is not.
func (f *AuditFinding) remove(r format.Removal) {
	f.Remove = r.Commands
	if len(r.Commands) == 0 && r.Reason != "" {
		f.Reason = strings.TrimPrefix(f.Reason+"; "+r.Reason, "; ")
	}
}

// isWritten reports whether somebody wrote the rule: readers add what a device does by
// itself.
func (l *audited) isWritten(r *rule.Rule) bool {
	inline := l.rules.Format == "json" || l.rules.Format == "yaml"
	if (l.rules.Format == "aws" || l.rules.Format == "terraform") && r.Name == "*" { // the last entry of a network ACL
		return false
	}
	if (l.rules.Format == "opnsense" || l.rules.Format == "pfsense") && r.Place == "" { // rules of the system
		return false
	}
	return (inline || r.Line > 0) && !r.Implied && !r.Translated && !impliedRule.MatchString(r.Text)
}

// impliedRule finds the texts of what nobody wrote as a rule: the policy of a chain of
// iptables or nftables, the cleanup of a layer of Check Point and a layer that is not in the
// text, the default rules of PAN-OS, the default security rules of Azure, whose priorities
// nobody else can use.
var impliedRule = regexp.MustCompile(`^policy of |^:\S+ (?:ACCEPT|DROP)\b|^cleanup of layer |^layer \S+$|^(?:intra|inter)zone-default$|^rules of the firewall itself$|: type \w+ hook |^\w+(?:In|Out)Bound 65\d\d\d `)

func label(r *rule.Rule) string { return cmp.Or(r.Name, r.String()) }

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
		a.add(f)
	}
}

func onlyFlows(flows []auditFlow) []audit.Flow {
	out := make([]audit.Flow, len(flows))
	for i := range flows {
		out[i] = flows[i].Flow
	}
	return out
}

package gcp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Parse reads an export. Its lists are the two directions of each network, "NETWORK
// ingress" and "NETWORK egress", and of policies whose place among the others is not
// known. Errors are led by source and line.
func Parse(in device.Input) (*device.Document, error) {
	e, err := read(in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	doc := e.document()
	if len(doc.Lists) == 0 {
		return nil, fmt.Errorf("%s: holds no firewall rule and no firewall policy", in.Source)
	}
	e.topology(doc)
	return doc, nil
}

// Lists returns the lists of answers that another reader has put together, and what they
// lack. Tags and service accounts may be of machines that are not among the values.
// Reasons under [jsontree.Doubts] put a rule in doubt.
func Lists(values []jsontree.Value) ([]device.List, []device.Note) {
	e := take(values)
	e.moreMachines = true
	doc := e.document()
	return doc.Lists, doc.Notes
}

func (e *export) document() *device.Document {
	doc := &device.Document{Format: "gcp"}
	networks := e.networks()
	for _, network := range networks {
		for _, direction := range []string{ingress, egress} {
			doc.Lists = append(doc.Lists, e.networkList(network, direction))
		}
		if !e.effective {
			doc.Notes = append(doc.Notes, device.Note{
				Line: 1, Text: "network " + network,
				Reason: "hierarchical and network policies come before or behind VPC rules and are not in the text: export the effective firewalls of the network",
			})
		}
	}
	if !e.effective {
		for i := range e.policies {
			for _, direction := range []string{ingress, egress} {
				p := &e.policies[i]
				rules := append(e.stage(p, direction), zoned.Undecided(p.line, "policy "+p.name, "what no rule of the policy decides is decided elsewhere", zoned.AnyMatch())...)
				s := &site{direction: direction}
				s.addPolicy(p)
				doc.Lists = append(doc.Lists, device.List{Name: "policy " + p.name + " " + direction, Default: rule.Deny, Rules: rules, Disabled: disabledOf(p, direction), Writer: s})
			}
		}
	}
	return doc
}

// networks returns the names of the networks that rules are for, in order of the text.
func (e *export) networks() []string {
	var out []string
	for _, v := range e.rules {
		if name := networkOf(text(v, "network")); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if len(out) == 0 && e.effective {
		out = append(out, "network")
	}
	return out
}

func networkOf(link string) string {
	if link == "" {
		return "network"
	}
	return last(link)
}

// networkList returns one direction of a network, stage by stage.
func (e *export) networkList(network, direction string) device.List {
	l := device.List{Name: network + " " + direction, Default: rule.Deny}
	if direction == egress {
		l.Default = rule.Permit
	}
	vpc, site := e.vpc(network, direction)
	before, after := e.policyStages(direction)
	switch order := e.order[network]; {
	case order == "BEFORE_CLASSIC_FIREWALL":
		l.Rules = slices.Concat(before, after, vpc)
	case order == "AFTER_CLASSIC_FIREWALL" || len(vpc) == 0 || len(after) == 0:
		l.Rules = slices.Concat(before, vpc, after)
	default: // what both orders say is sure
		perhaps := slices.Clone(after)
		for i := range perhaps {
			perhaps[i].Unknown = known.Reasons(perhaps[i].Unknown, []string{"whether network policies come before the VPC rules is not in the text"})
		}
		l.Rules = slices.Concat(before, perhaps, vpc, after)
	}
	if e.effective {
		for i := range e.policies {
			site.addPolicy(&e.policies[i])
		}
	}
	l.Writer = site
	l.Disabled = e.disabled(network, direction)
	return l
}

// disabled returns the VPC rules of a network that are switched off, and where policies
// are asked for it those of the policies.
func (e *export) disabled(network, direction string) (out []rule.Rule) {
	for _, v := range e.rules {
		if text(v, "disabled") != "true" || networkOf(text(v, "network")) != network || strings.EqualFold(text(v, "direction"), egress) != (direction == egress) {
			continue
		}
		off := rule.Rule{Name: text(v, "name"), Line: v.Line, Text: "rule " + text(v, "name"), Place: "vpc " + text(v, "name")}
		if allowed := v.Get("allowed"); allowed != nil && len(allowed.Items) > 0 {
			off.Action = rule.Permit
		}
		out = append(out, off)
	}
	for i := range e.policies {
		if e.effective {
			out = append(out, disabledOf(&e.policies[i], direction)...)
		}
	}
	return out
}

// disabledOf returns the rules of a policy that are switched off.
func disabledOf(p *policy, direction string) (out []rule.Rule) {
	for _, v := range p.rules {
		if text(v, "disabled") == "true" && strings.EqualFold(text(v, "direction"), direction) {
			off := rule.Rule{Name: text(v, "ruleName"), Line: v.Line, Text: fmt.Sprintf("policy %s rule %s", p.name, text(v, "priority"))}
			off.Place = off.Text
			if text(v, "action") == "allow" {
				off.Action = rule.Permit
			}
			out = append(out, off)
		}
	}
	return out
}

// vpc returns the VPC rules of a network by priority; at one priority a deny comes first.
func (e *export) vpc(network, direction string) ([]rule.Rule, *site) {
	var entries []entry
	s := &site{network: network, direction: direction, priorities: make(map[string]int), names: make(map[string]bool)}
	for _, v := range e.rules {
		s.names[text(v, "name")] = true
		if networkOf(text(v, "network")) != network {
			continue
		}
		if r, ok := e.vpcRule(v); ok && r.direction == direction {
			entries = append(entries, r)
			s.priorities[r.Place] = r.priority
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		if a.priority != b.priority {
			return a.priority - b.priority
		}
		return int(a.Action) - int(b.Action) // a deny is the lesser
	})
	var out []rule.Rule
	for i := range entries {
		out = append(out, entries[i].Rules()...)
	}
	return out, s
}

// policyStages returns the rules of the policies that come before the VPC rules, and of
// those that come behind them unless the network says otherwise.
func (e *export) policyStages(direction string) (before, after []rule.Rule) {
	if !e.effective {
		return nil, nil
	}
	for _, stage := range []struct {
		kinds []string
		out   *[]rule.Rule
	}{
		{[]string{"HIERARCHY"}, &before},
		{[]string{"SYSTEM", "SYSTEM_REGIONAL", "SYSTEM_GLOBAL"}, &before},
		{[]string{"NETWORK"}, &after},
		{[]string{"NETWORK_REGIONAL"}, &after},
	} {
		for i := range e.policies {
			if p := &e.policies[i]; slices.Contains(stage.kinds, p.kind) {
				*stage.out = append(*stage.out, e.stage(p, direction)...)
			}
		}
	}
	for i := range e.policies {
		switch p := &e.policies[i]; p.kind {
		case "HIERARCHY", "SYSTEM", "SYSTEM_REGIONAL", "SYSTEM_GLOBAL", "NETWORK", "NETWORK_REGIONAL":
		default:
			before = append(before, zoned.Undecided(p.line, "policy "+p.name, fmt.Sprintf("the type %q of the policy %s is not known", p.kind, p.name), zoned.AnyMatch())...)
		}
	}
	return before, after
}

// stage returns the rules of one policy by priority. What a rule sends on to the next
// stage is taken out of the rules behind it.
func (e *export) stage(p *policy, direction string) []rule.Rule {
	var entries []entry
	for _, v := range p.rules {
		if r, ok := e.policyRule(v, p); ok && (r.direction == direction || r.direction != ingress && r.direction != egress) {
			entries = append(entries, r)
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return a.priority - b.priority })
	for i := range entries {
		for j := i - 1; j >= 0 && entries[j].priority == entries[i].priority; j-- {
			if entries[j].Action != entries[i].Action || entries[j].next != entries[i].next {
				for _, at := range []int{i, j} {
					entries[at].Doubt("another rule of the policy has the priority %d too", entries[i].priority)
				}
			}
		}
	}
	staged := make([]zoned.Staged, len(entries))
	for i := range entries {
		staged[i] = zoned.Staged{Policy: entries[i].Policy, Next: entries[i].next}
	}
	return zoned.Stage(staged)
}

// A site is what the writer needs to know of a network besides its rules.
type site struct {
	network, direction string
	priorities         map[string]int // of VPC rules, by place
	names              map[string]bool
	stages             []*stage
}

// isPolicy reports whether a rule is of a policy.
func isPolicy(r *rule.Rule) bool { return strings.HasPrefix(r.Place, "policy ") }

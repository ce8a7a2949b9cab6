package gcp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// defaultPriority is that of a rule that comes before the implied ones only.
const defaultPriority = 1000

// Write writes the rules of the insertion as google_compute_firewall resources, each with
// the gcloud command that does the same above it. The priority is one before that of the
// VPC rule that decides. Where a rule of a policy decides, they are rules of the policy. It
// returns an error where no priority is free, for policies that cannot be changed, for
// source ports, and for types of ICMP, which firewall rules do not tell apart.
func Write(list string, in rule.Insertion) (string, error) {
	s := &site{network: "default", direction: ingress}
	if name, ok := strings.CutSuffix(list, " "+egress); ok {
		s.network, s.direction = name, egress
	} else if name, ok := strings.CutSuffix(list, " "+ingress); ok {
		s.network = name
	}
	if in.Base != nil {
		if own, ok := in.Base.Writer.(*site); ok {
			s = own
		} else if in.Base.Source != "" {
			return "", errors.New("the ruleset was not read from an export of Google Cloud")
		}
	}
	if p := s.stageOf(in); p != nil {
		return s.writePolicy(p, in)
	}
	priority, err := s.priority(in)
	if err != nil {
		return "", err
	}
	priority -= len(in.Rules) - 1 // the first rule has the lowest number
	if priority < 0 {
		return "", fmt.Errorf("no priority is free before the rule that decides in the network %s", s.network)
	}
	var blocks []string
	for i := range in.Rules {
		more, err := s.blocks(&in.Rules[i], priority+i, in, blocks)
		if err != nil {
			return "", err
		}
		blocks = append(blocks, more...)
	}
	return strings.Join(blocks, "\n\n"), nil
}

// priority returns the highest number before the rule that decides.
func (s *site) priority(in rule.Insertion) (int, error) {
	if in.Base == nil {
		return defaultPriority, nil
	}
	for i := in.Before; i < len(in.Base.Rules); i++ {
		r := &in.Base.Rules[i]
		if n, ok := s.priorities[r.Place]; ok {
			return min(n-1, defaultPriority), nil
		}
	}
	return defaultPriority, nil
}

// blocks writes one resource for each address family.
func (s *site) blocks(r *rule.Rule, priority int, in rule.Insertion, written []string) ([]string, error) {
	protocols, err := protocolBlocks(r.Traffic.Services)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, family := range []addr.Set{addr.Any4(), addr.Any6()} {
		src, dst := r.Traffic.Sources.Intersect(family), r.Traffic.Destinations.Intersect(family)
		if src.IsEmpty() || dst.IsEmpty() {
			continue
		}
		name := s.freeName(in, append(slices.Clone(written), out...))
		out = append(out, s.block(r, name, priority, src, dst, protocols))
	}
	return out, nil
}

func (s *site) freeName(in rule.Insertion, written []string) string {
	for i := 1; ; i++ {
		name := fmt.Sprintf("acl-%s-%d", s.direction, i)
		used := func(text string) bool { return strings.Contains(text, fmt.Sprintf("%q", name)) }
		if !s.names[name] && !slices.ContainsFunc(in.Beside, used) && !slices.ContainsFunc(written, used) {
			return name
		}
	}
}

func (s *site) block(r *rule.Rule, name string, priority int, src, dst addr.Set, protocols []protocolBlock) string {
	action, word := "ALLOW", "allow"
	if r.Action == rule.Deny {
		action, word = "DENY", "deny"
	}
	direction := strings.ToUpper(s.direction)
	var rules []string
	for _, p := range protocols {
		rules = append(rules, p.cli()...)
	}
	command := fmt.Sprintf("# gcloud compute firewall-rules create %s --network %s --direction %s --priority %d --action %s --rules %s --source-ranges %s --destination-ranges %s",
		name, s.network, direction, priority, action, strings.Join(rules, ","), strings.Join(src.Prefixes(), ","), strings.Join(dst.Prefixes(), ","))
	lines := []string{
		command,
		fmt.Sprintf("resource \"google_compute_firewall\" %q {", strings.ReplaceAll(name, "-", "_")),
		fmt.Sprintf("  name               = %q", name),
		fmt.Sprintf("  network            = %q", s.network),
		fmt.Sprintf("  direction          = %q", direction),
		fmt.Sprintf("  priority           = %d", priority),
		"  source_ranges      = " + quotedList(src.Prefixes()),
		"  destination_ranges = " + quotedList(dst.Prefixes()),
	}
	for _, p := range protocols {
		lines = append(lines, "  "+word+" {", fmt.Sprintf("    protocol = %q", p.protocol))
		if len(p.ports) > 0 {
			lines = append(lines, "    ports    = "+quotedList(p.ports))
		}
		lines = append(lines, "  }")
	}
	return strings.Join(append(lines, "}"), "\n")
}

func quotedList(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("%q", w)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// protocolBlock is a protocol with ports, none for all of them.
type protocolBlock struct {
	protocol string
	ports    []string
}

func (p protocolBlock) cli() []string {
	if len(p.ports) == 0 {
		return []string{p.protocol}
	}
	out := make([]string, len(p.ports))
	for i, port := range p.ports {
		out[i] = p.protocol + ":" + port
	}
	return out
}

// protocolBlocks groups services by protocol.
func protocolBlocks(s service.Set) ([]protocolBlock, error) {
	if s.IsAny() {
		return []protocolBlock{{protocol: "all"}}, nil
	}
	terms, err := zoned.ServiceTerms(s)
	if err != nil {
		return nil, err
	}
	var out []protocolBlock
	for _, t := range terms {
		switch {
		case t.Sources != (zoned.Ports{From: 0, To: 65535}):
			return nil, errors.New("firewall rules of Google Cloud do not compare source ports")
		case t.Type >= 0:
			return nil, errors.New("firewall rules of Google Cloud do not tell types of ICMP apart")
		case t.HasPorts() && t.Protocol != service.TCP && t.Protocol != service.UDP && t.Protocol != service.SCTP:
			return nil, fmt.Errorf("firewall rules of Google Cloud have no ports of IP protocol %d", t.Protocol)
		}
		name := fmt.Sprint(t.Protocol)
		for word, number := range protocolNumbers {
			if number == t.Protocol {
				name = word
			}
		}
		i := slices.IndexFunc(out, func(b protocolBlock) bool { return b.protocol == name })
		if i < 0 {
			out = append(out, protocolBlock{protocol: name})
			i = len(out) - 1
		}
		if t.HasPorts() {
			port := fmt.Sprintf("%d-%d", t.Destinations.From, t.Destinations.To)
			if t.Destinations.From == t.Destinations.To {
				port = fmt.Sprint(t.Destinations.From)
			}
			out[i].ports = append(out[i].ports, port)
		}
	}
	return out, nil
}

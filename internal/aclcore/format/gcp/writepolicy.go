package gcp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/hcl"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// lastPolicyPriority is the highest number of a policy's rule that comes before those which
// every policy ends with. Source: Google Cloud documentation, Firewall policies, predefined
// rules: 2147483644 to 2147483647.
const lastPolicyPriority = 2147483643

// A stage is what the writer needs to know of a policy.
type stage struct {
	*policy
	taken      map[int]bool   // priorities, of both directions
	priorities map[string]int // by place
}

// addPolicy notes a policy that the writer may add rules to.
func (s *site) addPolicy(p *policy) {
	out := &stage{policy: p, taken: make(map[int]bool), priorities: make(map[string]int)}
	for _, v := range p.rules {
		if n, err := strconv.Atoi(text(v, "priority")); err == nil {
			out.taken[n], out.priorities[fmt.Sprintf("policy %s rule %d", p.name, n)] = true, n
		}
	}
	s.stages = append(s.stages, out)
}

// stageOf returns the policy that rules of the insertion have to stand in: that of the rule
// which decides, nil if it is of none.
func (s *site) stageOf(in rule.Insertion) *stage {
	if in.Base == nil || in.Before < 0 {
		return nil
	}
	if in.Before < len(in.Base.Rules) {
		for _, p := range s.stages {
			if _, ok := p.priorities[in.Base.Rules[in.Before].Place]; ok {
				return p
			}
		}
	}
	if s.network == "" && len(s.stages) == 1 { // the list is of one policy
		return s.stages[0]
	}
	return nil
}

// writePolicy writes rules of a policy.
func (s *site) writePolicy(p *stage, in rule.Insertion) (string, error) {
	kind, err := p.resource()
	if err != nil {
		return "", err
	}
	type entry struct {
		*rule.Rule
		src, dst  addr.Set
		protocols []protocolBlock
	}
	var entries []entry
	for i := range in.Rules {
		r := &in.Rules[i]
		protocols, err := protocolBlocks(r.Traffic.Services)
		if err != nil {
			return "", err
		}
		for _, family := range []addr.Set{addr.Any4(), addr.Any6()} {
			src, dst := r.Traffic.Sources.Intersect(family), r.Traffic.Destinations.Intersect(family)
			if !src.IsEmpty() && !dst.IsEmpty() {
				entries = append(entries, entry{r, src, dst, protocols})
			}
		}
	}
	priorities, err := p.free(in, len(entries))
	if err != nil {
		return "", err
	}
	blocks := make([]string, len(entries))
	for i, e := range entries {
		blocks[i] = s.policyBlock(p, kind, e.Rule, priorities[i], e.src, e.dst, e.protocols)
	}
	return strings.Join(blocks, "\n\n"), nil
}

// A policyKind is how a kind of policy is called in commands and resources.
type policyKind struct{ command, option, resource string }

// resource returns how the policy is called, and why it takes no rules. Sources: gcloud
// reference, compute network-firewall-policies rules create, compute firewall-policies rules
// create; documentation of the Terraform provider google.
func (p *stage) resource() (policyKind, error) {
	switch {
	case p.whole:
		return policyKind{}, fmt.Errorf("all rules of the policy %s stand in its own resource, which would take another one away: add a rule block there", p.name)
	case p.kind == "HIERARCHY":
		return policyKind{"firewall-policies", "", "google_compute_firewall_policy_rule"}, nil
	case p.kind == "NETWORK":
		return policyKind{"network-firewall-policies", " --global-firewall-policy", "google_compute_network_firewall_policy_rule"}, nil
	case p.kind == "NETWORK_REGIONAL":
		region := p.region
		if region == "" {
			region = "REGION"
		}
		return policyKind{"network-firewall-policies", " --firewall-policy-region " + region, "google_compute_region_network_firewall_policy_rule"}, nil
	case strings.HasPrefix(p.kind, "SYSTEM"):
		return policyKind{}, fmt.Errorf("%s is a policy of Google Cloud itself, which takes no rules", p.name)
	}
	return policyKind{}, fmt.Errorf("the text does not say of which type the policy %s is: export the effective firewalls, or add type (NETWORK, NETWORK_REGIONAL, HIERARCHY)", p.name)
}

// free returns n priorities that are free, the highest before the rule that decides and
// behind those that have to stay before. A policy has each priority once.
func (p *stage) free(in rule.Insertion, n int) ([]int, error) {
	floor, limit := -1, lastPolicyPriority+1
	for i := range in.Base.Rules {
		switch at, ok := p.priorities[in.Base.Rules[i].Place]; {
		case !ok:
		case i < in.Before:
			floor = max(floor, at)
		default:
			limit = min(limit, at)
		}
	}
	from := limit - 1
	if limit > lastPolicyPriority && floor < defaultPriority {
		from = defaultPriority // nothing decides behind
	}
	var out []int
	for at := from; at > floor && len(out) < n; at-- {
		used := func(text string) bool {
			return strings.Contains(text, fmt.Sprintf(" rules create %d ", at)) && strings.Contains(text, "--firewall-policy "+p.id+" ")
		}
		if !p.taken[at] && !slices.ContainsFunc(in.Beside, used) {
			out = append(out, at)
		}
	}
	if len(out) < n {
		return nil, fmt.Errorf("no priority is free between %d and %d in the policy %s: move its rules apart first", floor, limit, p.name)
	}
	slices.Reverse(out)
	return out, nil
}

// policyBlock writes one rule of a policy, as a resource with the command above it.
func (s *site) policyBlock(p *stage, kind policyKind, r *rule.Rule, priority int, src, dst addr.Set, protocols []protocolBlock) string {
	action := "allow"
	if r.Action == rule.Deny {
		action = "deny"
	}
	direction := strings.ToUpper(s.direction)
	var layers []string
	for _, b := range protocols {
		layers = append(layers, b.cli()...)
	}
	command := fmt.Sprintf("# gcloud compute %s rules create %d --firewall-policy %s --action %s --direction %s --layer4-configs %s --src-ip-ranges %s --dest-ip-ranges %s%s",
		kind.command, priority, p.id, action, direction, strings.Join(layers, ","), strings.Join(src.Prefixes(), ","), strings.Join(dst.Prefixes(), ","), kind.option)
	name := hcl.Name("acl", p.name, s.direction, fmt.Sprint(priority))
	return command + "\n" + hcl.Resource(kind.resource, name, func(b *hcl.Block) {
		b.Text("firewall_policy", p.id)
		if p.kind == "NETWORK_REGIONAL" {
			b.Text("region", strings.TrimPrefix(kind.option, " --firewall-policy-region "))
		}
		b.Set("priority", fmt.Sprint(priority))
		b.Text("direction", direction)
		b.Text("action", action)
		b.Block("match", func(b *hcl.Block) {
			b.Set("src_ip_ranges", hcl.List(src.Prefixes()...))
			b.Set("dest_ip_ranges", hcl.List(dst.Prefixes()...))
			for _, one := range protocols {
				b.Block("layer4_configs", func(b *hcl.Block) {
					b.Text("ip_protocol", one.protocol)
					if len(one.ports) > 0 {
						b.Set("ports", hcl.List(one.ports...))
					}
				})
			}
		})
	})
}

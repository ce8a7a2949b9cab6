package tfplan

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// Blocks of a network policy widen it where they are empty: a rule without peers is for all
// of them. What is built otherwise than the provider builds it is therefore no policy that
// is known. Source: documentation of the Terraform provider kubernetes, network_policy_v1.

// blocksOf returns why a value is no list of blocks with the attributes, none for one that
// is absent.
func blocksOf(v *jsontree.Value, name string, attributes ...string) string {
	if v.IsNull() {
		return ""
	}
	if v.Kind != jsontree.Array {
		return name + " is no list of blocks"
	}
	for i := range v.Items {
		if v.Items[i].Kind != jsontree.Object {
			return name + " has a block that is none"
		}
		if others := v.Items[i].Others(attributes...); len(others) > 0 {
			return fmt.Sprintf("%s of %s is not known", others[0], name)
		}
	}
	return ""
}

// wordsOf returns why a value is no list of words.
func wordsOf(v *jsontree.Value, name string) string {
	if v.IsNull() {
		return ""
	}
	if v.Kind != jsontree.Array {
		return name + " is no list"
	}
	for i := range v.Items {
		if v.Items[i].Kind != jsontree.String {
			return name + " has a value that is no text"
		}
	}
	return ""
}

// inBlocks returns the first reason that check finds in the blocks of a value.
func inBlocks(v *jsontree.Value, check func(block *jsontree.Value) string) string {
	if v.IsNull() {
		return ""
	}
	for i := range v.Items {
		if why := check(&v.Items[i]); why != "" {
			return why
		}
	}
	return ""
}

// ruleShape returns why the rules of a direction are not read.
func ruleShape(rules *jsontree.Value, name, side string) string {
	if why := blocksOf(rules, name, side, "ports"); why != "" {
		return why
	}
	return inBlocks(rules, func(r *jsontree.Value) string {
		if why := blocksOf(r.Get("ports"), "ports", "port", "protocol", "end_port"); why != "" {
			return why
		}
		if why := blocksOf(r.Get(side), side, "ip_block", "namespace_selector", "pod_selector"); why != "" {
			return why
		}
		return inBlocks(r.Get(side), peerShape)
	})
}

// peerShape returns why a peer is not read.
func peerShape(p *jsontree.Value) string {
	if why := blocksOf(p.Get("ip_block"), "ip_block", "cidr", "except"); why != "" {
		return why
	}
	if why := inBlocks(p.Get("ip_block"), func(b *jsontree.Value) string { return wordsOf(b.Get("except"), "except") }); why != "" {
		return why
	}
	for _, key := range []string{"namespace_selector", "pod_selector"} {
		if why := selectorShape(p.Get(key), key); why != "" {
			return why
		}
	}
	return ""
}

// selectorShape returns why a block of labels is not read.
func selectorShape(v *jsontree.Value, name string) string {
	if why := blocksOf(v, name, "match_labels", "match_expressions"); why != "" {
		return why
	}
	return inBlocks(v, func(s *jsontree.Value) string {
		if labels := s.Get("match_labels"); !labels.IsNull() {
			if labels.Kind != jsontree.Object {
				return "match_labels is no object"
			}
			for i := range labels.Items {
				if labels.Items[i].Kind != jsontree.String {
					return "match_labels has a value that is no text"
				}
			}
		}
		if why := blocksOf(s.Get("match_expressions"), "match_expressions", "key", "operator", "values"); why != "" {
			return why
		}
		return inBlocks(s.Get("match_expressions"), func(e *jsontree.Value) string { return wordsOf(e.Get("values"), "values") })
	})
}

// policyShape returns why the spec of a policy is not read.
func policyShape(spec *jsontree.Value) string {
	if spec == nil || spec.Kind != jsontree.Object {
		return "spec is no block"
	}
	if list := spec.Get("pod_selector"); list.IsNull() || len(list.Items) == 0 {
		return "pod_selector is not set"
	}
	for _, why := range []string{
		selectorShape(spec.Get("pod_selector"), "pod_selector"), wordsOf(spec.Get("policy_types"), "policy_types"),
		ruleShape(spec.Get("ingress"), "ingress", "from"), ruleShape(spec.Get("egress"), "egress", "to"),
	} {
		if why != "" {
			return why
		}
	}
	return ""
}

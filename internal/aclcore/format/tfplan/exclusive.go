package tfplan

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
)

// A change is what a plan does to a resource.
type change struct {
	created bool
	before  *jsontree.Value
}

// listsAll reports whether a resource is the only place for what its attribute lists,
// so that an apply takes away the rest: always for those of a VPC's default group and
// ACL, else if the attribute is configured. It is if the configuration says so (which
// does not show dynamic blocks), if the plan changes it, or if it is known of a
// resource that does not exist yet; a state does not tell (AWS provider, resource
// aws_security_group, aws_network_acl, aws_ec2_managed_prefix_list: "in-line").
func (r *reader) listsAll(res *resource, attribute string) bool {
	switch {
	case res.data:
		return false
	case res.kind == "aws_default_security_group", res.kind == "aws_default_network_acl", r.configuration.sets(res, attribute):
		return true
	}
	w := res.values.get(attribute)
	c, changed := r.changes[res.address]
	if !changed || w.isUnknown() {
		return false
	}
	return c.created && !w.value.IsNull() || !c.created && !c.before.Get(attribute).Equal(w.value)
}

// startsEmpty reports whether a group or ACL has no rules in the attribute once it is
// there, whatever rules of their own are added to it: the plan creates it, and its
// configuration does not give it any.
//
// A group without inline rules has an attribute that is wholly unknown, since the
// provider computes it. So has one whose attribute is an expression that is not known
// yet, but the configuration shows that. Blocks, dynamic ones too, are elements, known
// or not, of an attribute that is known as a whole.
//
// A new group permits nothing in, and the AWS provider takes away the rule with which
// AWS lets everything out; of a VPC's default group it takes away all rules (AWS
// provider, resources aws_security_group, "NOTE on Egress rules", and
// aws_default_security_group). A new network ACL denies everything until it has
// entries (Amazon VPC user guide, "Custom network ACLs"), and of a VPC's default ACL
// the provider takes away all entries (aws_default_network_acl).
func (r *reader) startsEmpty(res *resource, attribute string) bool {
	configured := r.configuration.ofResource(res)
	return configured != nil && configured.Get("expressions").Get(attribute).IsNull() && r.changes[res.address].created
}

// notListed is the reason of a rule that a resource takes away, or has taken away
// already, where another one puts it.
//
// In a state the rule is there all the same, whatever will become of it.
func notListed(address, attribute string) string {
	return fmt.Sprintf("%s lists its %s itself and has not this one: each of the two resources undoes the other", address, attribute)
}

// onlyRules is an aws_vpc_security_group_rules_exclusive: what it does not name it
// takes away.
type onlyRules struct {
	address string
	// ids are the rules that it surely names.
	ids map[vpc.Direction][]string
}

// readOnlyRules returns those of a plan by the key of their group, "" where that is
// not known. A state has rules that are there, whatever will become of them.
func (r awsResources) readOnlyRules() map[string]onlyRules {
	out := make(map[string]onlyRules)
	for i := range r.resources {
		res := &r.resources[i]
		if r.state || res.data || res.kind != "aws_vpc_security_group_rules_exclusive" {
			continue
		}
		only := onlyRules{res.address, make(map[vpc.Direction][]string)}
		for _, d := range []vpc.Direction{vpc.Ingress, vpc.Egress} {
			ids, _ := r.strings(res.values, d.String()+"_rule_ids")
			for _, id := range ids {
				only.ids[d] = append(only.ids[d], id.Text)
			}
		}
		out[r.owner(res, "security_group_id")] = only
	}
	return out
}

// doubts returns why it is not sure that a rule of the group stays; id is "" for a
// rule that is no resource of its own.
func (g *groups) doubts(group *vpc.Group, d vpc.Direction, id string) []string {
	var out []string
	for _, key := range []string{group.Key, group.Name, ""} {
		only, ok := g.only[key]
		if reason := fmt.Sprintf("%s is not known to name it, and takes away what it does not name", only.address); ok &&
			!slices.Contains(only.ids[d], id) && !slices.Contains(out, reason) {
			out = append(out, reason)
		}
	}
	return out
}

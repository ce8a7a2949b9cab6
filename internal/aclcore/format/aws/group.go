package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// group reads an element of SecurityGroups.
func (r *reader) group(v *jsontree.Value, id string) {
	owner := r.problems.Text(v, "OwnerId")
	r.network.Groups = append(r.network.Groups, vpc.Group{
		Name: id, Key: id, Line: v.Line,
		Aliases: []string{r.problems.Text(v, "GroupName"), r.tagName(v)},
		Ingress: r.permissions(v, id, owner, "IpPermissions"),
		Egress:  r.permissions(v, id, owner, "IpPermissionsEgress"),
	})
}

// permissions reads one direction of a group. A trimmed export without the
// direction says nothing about it.
func (r *reader) permissions(group *jsontree.Value, id, owner, key string) []vpc.Permission {
	if group.Get(key).IsNull() {
		return []vpc.Permission{undecided(group.Line, id, key+" is not in the file")}
	}
	var out []vpc.Permission
	for _, p := range r.problems.Objects(group, key) {
		out = append(out, r.permission(p, id, owner)...)
	}
	return out
}

// undecided stands for rules that are not in the file.
func undecided(line int, label, reason string) vpc.Permission {
	return vpc.Permission{Line: line, Label: label, Services: service.Any(), Peer: vpc.Peer{Text: "?", Unknown: reason}}
}

// permission reads an IpPermission: one rule for each of its sources.
func (r *reader) permission(p *jsontree.Value, label, owner string) []vpc.Permission {
	base := vpc.Permission{Line: p.Line, Label: label}
	base.Services, base.Unknown = r.groupServices(p)
	others := unread(p, "IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
	base.Unknown = append(base.Unknown, others...)

	var out []vpc.Permission
	add := func(source *jsontree.Value, peer vpc.Peer, known ...string) {
		rule := base
		rule.Line, rule.Name, rule.Peer = source.Line, r.problems.Text(source, "Description"), peer
		rule.Unknown = append(slices.Clip(base.Unknown), unread(source, append(known, "Description")...)...)
		out = append(out, rule)
	}
	for _, s := range r.problems.Objects(p, "IpRanges") {
		add(s, r.cidr(s, "CidrIp"), "CidrIp")
	}
	for _, s := range r.problems.Objects(p, "Ipv6Ranges") {
		add(s, r.cidr(s, "CidrIpv6"), "CidrIpv6")
	}
	for _, s := range r.problems.Objects(p, "PrefixListIds") {
		id := r.text(s, "PrefixListId")
		add(s, vpc.Peer{Text: id, PrefixList: id}, "PrefixListId")
	}
	for _, s := range r.problems.Objects(p, "UserIdGroupPairs") {
		add(s, r.groupPeer(s, owner), "UserId", "GroupId", "GroupName", "VpcId", "VpcPeeringConnectionId", "PeeringStatus")
	}
	if len(out) == 0 || len(others) > 0 {
		base.Peer = vpc.Peer{Text: "?", Unknown: noPeer}
		out = append(out, base)
	}
	return out
}

// noPeer is the reason of a rule whose other side may stand in a field that is not
// read.
const noPeer = "it has no source or destination that is known here"

// groupServices reads protocol and ports of a rule, and why they are not exact.
func (r *reader) groupServices(v *jsontree.Value) (service.Set, []string) {
	protocol := r.text(v, "IpProtocol")
	if protocol == "" {
		return service.Any(), nil // a problem by now
	}
	s, unknown, err := vpc.GroupServices(protocol, r.problems.Number(v, "FromPort"), r.problems.Number(v, "ToPort"))
	if err != nil {
		r.problems.Add(v, "%v", err)
	}
	return s, reasons(unknown)
}

func reasons(unknown string) []string {
	if unknown == "" {
		return nil
	}
	return []string{unknown}
}

// unread gives the reason why an object with other fields than the known ones is
// not understood.
func unread(v *jsontree.Value, known ...string) []string {
	others := v.Others(known...)
	if len(others) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the field %s is not understood", strings.Join(others, ", "))}
}

func (r *reader) cidr(v *jsontree.Value, key string) vpc.Peer {
	text := r.text(v, key)
	if text == "" {
		return vpc.Peer{}
	}
	peer, err := vpc.CIDR(text)
	if err != nil {
		r.problems.Add(v.Get(key), "%s: %v", key, err)
	}
	return peer
}

// groupPeer reads a reference to a security group.
func (r *reader) groupPeer(v *jsontree.Value, owner string) vpc.Peer {
	id := r.problems.Text(v, "GroupId")
	peer := vpc.Peer{Text: id, Group: id}
	if account := r.problems.Text(v, "UserId"); account != "" && owner != "" && account != owner {
		peer.Text = fmt.Sprintf("%s (account %s)", id, account)
	}
	switch status := r.problems.Text(v, "PeeringStatus"); {
	case id == "":
		name := r.problems.Text(v, "GroupName")
		return vpc.Peer{Text: name, Unknown: fmt.Sprintf("it refers to the security group %q by name; its id is not in the file", name)}
	case status != "" && status != "active":
		return vpc.Peer{Text: peer.Text, Unknown: fmt.Sprintf("the VPC peering to the security group %s is %s", id, status)}
	}
	return peer
}

// groupRule reads an element of SecurityGroupRules.
func (r *reader) groupRule(v *jsontree.Value, id string) {
	group := r.text(v, "GroupId")
	if group == "" {
		return
	}
	p := vpc.Permission{Line: v.Line, Label: group, Name: id}
	p.Services, p.Unknown = r.groupServices(v)
	p.Unknown = append(p.Unknown, unread(v, "SecurityGroupRuleId", "GroupId", "GroupOwnerId", "IsEgress", "IpProtocol", "FromPort", "ToPort",
		"CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo", "Description", "Tags", "SecurityGroupRuleArn")...)
	switch {
	case !v.Get("CidrIpv4").IsNull():
		p.Peer = r.cidr(v, "CidrIpv4")
	case !v.Get("CidrIpv6").IsNull():
		p.Peer = r.cidr(v, "CidrIpv6")
	case !v.Get("PrefixListId").IsNull():
		list := r.text(v, "PrefixListId")
		p.Peer = vpc.Peer{Text: list, PrefixList: list}
	case !v.Get("ReferencedGroupInfo").IsNull():
		p.Peer = r.groupPeer(v.Get("ReferencedGroupInfo"), r.problems.Text(v, "GroupOwnerId"))
	default:
		p.Peer = vpc.Peer{Text: "?", Unknown: noPeer}
	}
	if r.problems.Flag(v, "IsEgress") {
		r.rules[group] = append(r.rules[group], groupRule{p, vpc.Egress})
	} else {
		r.rules[group] = append(r.rules[group], groupRule{p, vpc.Ingress})
	}
	if len(r.rules[group]) == 1 {
		r.ruleGroups = append(r.ruleGroups, group)
	}
}

// A groupRule is a rule of a group that was read on its own.
type groupRule struct {
	vpc.Permission
	direction vpc.Direction
}

// finishGroups makes groups of the rules that were read on their own. Where a group
// was described as a whole, that is what counts: one of the two may be older.
func (r *reader) finishGroups() {
	for _, id := range r.ruleGroups {
		rules := r.rules[id]
		if whole, ok := r.seen[keyGroups+id]; ok {
			r.note(&jsontree.Value{Line: rules[0].Line}, keyGroupRules+" of "+id, fmt.Sprintf("the group is described on line %d, which is what is read", whole.Line))
			continue
		}
		g := vpc.Group{Name: id, Key: id, Line: rules[0].Line}
		if r.rulesCut {
			missing := undecided(g.Line, id, "the output of describe-security-group-rules is cut off")
			g.Ingress, g.Egress = append(g.Ingress, missing), append(g.Egress, missing)
		}
		for _, p := range rules {
			if p.direction == vpc.Egress {
				g.Egress = append(g.Egress, p.Permission)
			} else {
				g.Ingress = append(g.Ingress, p.Permission)
			}
		}
		r.network.Groups = append(r.network.Groups, g)
	}
}

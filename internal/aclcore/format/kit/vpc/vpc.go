// Package vpc turns security groups and network ACLs of Amazon VPC, wherever they
// were read, into lists of rules.
//
// A security group becomes two lists of permits, "NAME ingress" and "NAME egress";
// the other side of each rule is a prefix, the members of a group or the entries of
// a prefix list. A network ACL becomes two ordered stateless lists, each with the
// other as the one that replies meet. What a rule refers to and the file does not
// say makes the rule undecidable, never narrower.
//
// The Place of a rule is the name of its list, "sg-… ingress", and in a network ACL
// also the number of the entry, "acl-… egress 100", or "*" for the default entries.
// "inline" follows where rules can only be added to what describes the list, and
// "elsewhere" at a rule that stands for where the list does not decide.
package vpc

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Network is everything in a file that bears on its rules.
type Network struct {
	Groups     []Group
	ACLs       []ACL
	Interfaces []Interface
	// PrefixLists are keyed by id.
	PrefixLists map[string]PrefixList
	// AllInterfaces says that Interfaces are all there are: the members of a group
	// are then known, where otherwise there may be more of them.
	AllInterfaces bool
	// Incomplete tells why rules of any group or ACL may be missing from the file,
	// empty if they are all there.
	Incomplete string
}

// Direction is the direction of traffic as the protected interface or subnet sees it.
type Direction bool

// The two directions.
const (
	Ingress Direction = false
	Egress  Direction = true
)

// String returns "ingress" or "egress".
func (d Direction) String() string {
	if d == Egress {
		return "egress"
	}
	return "ingress"
}

// preposition stands between the service and the other side in the text of a rule.
func (d Direction) preposition() string {
	if d == Egress {
		return "to"
	}
	return "from"
}

// MaxRules bounds the rules of all the lists of a file.
const MaxRules = 1_000_000

// maxForeign bounds the address ranges that are kept for what does not carry each
// group.
const maxForeign = 1_000_000

// Lists returns the lists of all groups and ACLs in the order of the file.
func (n *Network) Lists() ([]device.List, error) { return n.lists(MaxRules, maxForeign) }

func (n *Network) lists(maxRules, maxForeign int) ([]device.List, error) {
	b := &builder{network: n, members: newMembership(n), maxRules: maxRules, maxForeign: maxForeign}
	lists := b.groupLists()
	for i := range n.ACLs {
		lists = append(lists, b.aclLists(&n.ACLs[i])...)
	}
	if b.rules > maxRules {
		return nil, fmt.Errorf("has more than %d rules, a rule with several sources counting once for each; export the groups and ACLs that are needed", maxRules)
	}
	return lists, nil
}

// builder turns what a file says into rules.
type builder struct {
	network *Network
	members *membership
	// rules and foreign count the rules made, and the ranges kept for what does not
	// carry each group.
	rules, maxRules     int
	foreign, maxForeign int
}

// names returns the name of a list and its other names. A name without a direction
// is the ingress list: what the group or ACL lets in.
func names(name string, aliases []string, d Direction) (string, []string) {
	var out []string
	seen := map[string]bool{"": true}
	for _, a := range append([]string{name}, aliases...) {
		if seen[a] {
			continue
		}
		seen[a] = true
		if a != name {
			out = append(out, a+" "+d.String())
		}
		if d == Ingress {
			out = append(out, a)
		}
	}
	return name + " " + d.String(), out
}

// placed returns the rule's traffic with the peer on its side of the direction.
func placed(r rule.Rule, d Direction, peer, protected addr.Set, services service.Set) rule.Rule {
	r.Traffic.Services = services
	r.Traffic.Sources, r.Traffic.Destinations = peer, protected
	if d == Egress {
		r.Traffic.Sources, r.Traffic.Destinations = protected, peer
	}
	return r
}

package tfplan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// acls collects the network ACLs of a file.
type acls struct {
	// at is where an ACL stands in the network, by id and by address.
	at map[string]int
	// own are the entries that are resources of their own, by key of the ACL; ownKeys
	// are the keys in the order of the file.
	own     map[string][]vpc.Entry
	ownKeys []string
	// gone are the entries that the plan takes away, by id of the ACL.
	gone map[string]map[entryID]bool
	// homeless is the first entry whose ACL is known only after apply, by direction.
	homeless map[vpc.Direction]string
}

// An entryID is what makes an entry of an ACL the same for AWS.
type entryID struct {
	direction vpc.Direction
	number    int
}

func (r awsResources) readACLs() {
	a := &r.acls
	a.at, a.own = make(map[string]int), make(map[string][]vpc.Entry)
	a.gone, a.homeless = make(map[string]map[entryID]bool), make(map[vpc.Direction]string)
	for i := range r.resources {
		res := &r.resources[i]
		if !res.data && (res.kind == "aws_network_acl" || res.kind == "aws_default_network_acl") {
			r.acl(res)
		}
	}
	for i := range r.changed {
		for _, e := range r.ownEntries(&r.changed[i]) {
			key := r.text(r.changed[i].values, "network_acl_id")
			if a.gone[key] == nil {
				a.gone[key] = make(map[entryID]bool)
			}
			a.gone[key][entryID{e.Direction, e.Number}] = true
		}
	}
	for i := range r.resources {
		res := &r.resources[i]
		for _, e := range r.ownEntries(res) {
			key := r.owner(res, "network_acl_id")
			if key == "" {
				a.homeless[e.Direction] = cmp.Or(a.homeless[e.Direction], res.address)
				continue
			}
			if _, ok := a.own[key]; !ok {
				a.ownKeys = append(a.ownKeys, key)
			}
			a.own[key] = append(a.own[key], e)
		}
	}
	r.externalACLs()
	for i := range r.network.ACLs {
		r.joinACL(i)
	}
}

// acl reads an aws_network_acl with its inline entries.
func (r awsResources) acl(res *resource) {
	id := r.text(res.values, "id")
	n := vpc.ACL{
		Name: res.address, Line: res.line,
		Aliases: []string{id, r.text(res.values.get("tags"), "Name")},
		Inline:  make(map[vpc.Direction]bool),
	}
	subnets, _ := r.strings(res.values, "subnet_ids")
	for _, s := range subnets {
		n.Aliases = append(n.Aliases, s.Text)
	}
	if _, twice := r.acls.at[id]; twice && id != "" {
		r.problems.Add(res.values.value, "%s and another resource are the same network ACL %s", res.address, id)
		return
	}
	for _, d := range []vpc.Direction{vpc.Ingress, vpc.Egress} {
		n.Inline[d] = r.listsAll(res, d.String())
		entries := res.values.get(d.String())
		if entries.isUnknown() {
			if r.startsEmpty(res, d.String()) {
				continue
			}
			n.Entries = append(n.Entries, undecidedEntry(res.line, res.address, d, afterApply(d.String())+": it may add entries"))
			continue
		}
		r.problems.List(res.values.value, d.String())
		for _, w := range entries.items() {
			n.Entries = append(n.Entries, r.inlineEntry(w, &n, d))
		}
	}
	if id != "" {
		r.acls.at[id] = len(r.network.ACLs)
	}
	r.acls.at[res.address] = len(r.network.ACLs)
	r.network.ACLs = append(r.network.ACLs, n)
}

// undecidedEntry stands for entries that the file does not tell.
func undecidedEntry(line int, label string, d vpc.Direction, reason string) vpc.Entry {
	return vpc.Entry{
		Line: line, Label: label, Direction: d, AnyAction: true, Services: service.Any(),
		Peer: vpc.Peer{Text: "?", Unknown: reason},
	}
}

func (r awsResources) inlineEntry(w view, n *vpc.ACL, d vpc.Direction) vpc.Entry {
	if w.isUnknown() || w.value.IsNull() {
		return undecidedEntry(n.Line, n.Name, d, afterApply("an entry"))
	}
	e := r.entry(w, "rule_no", "action", "icmp_type", "icmp_code")
	e.Line, e.Label, e.Direction = w.line(n.Line), n.Name, d
	return e
}

// ownEntries reads an aws_network_acl_rule, nil for other resources. It is one entry,
// or one in each direction while egress is not known.
func (r awsResources) ownEntries(res *resource) []vpc.Entry {
	if res.data || res.kind != "aws_network_acl_rule" {
		return nil
	}
	e := r.entry(res.values, "rule_number", "rule_action", "id", "region", "timeouts", "network_acl_id", "egress", "icmp_type", "icmp_code")
	e.Line, e.Label = res.line, res.address
	out := e
	out.Direction = vpc.Egress
	switch {
	case res.values.get("egress").isUnknown():
		e.Unknown = append(e.Unknown, afterApply("egress"))
		out.Unknown = e.Unknown
		return []vpc.Entry{e, out}
	case r.problems.Flag(res.values.value, "egress"):
		return []vpc.Entry{out}
	}
	return []vpc.Entry{e}
}

// entry reads what inline entries and those of their own have; known are the other
// attributes that they have.
func (r awsResources) entry(w view, numberKey, actionKey string, known ...string) vpc.Entry {
	var e vpc.Entry
	if n := r.number(w, numberKey); n != nil && *n >= 1 {
		e.Number = *n
	} else if n != nil {
		r.problems.Add(w.value, "%s is %d; write 1 to %d", numberKey, *n, vpc.LastEntry)
	}
	switch action := r.text(w, actionKey); action {
	case "allow", "ALLOW":
		e.Action = rule.Permit
	case "deny", "DENY":
	case "":
		e.AnyAction = true
		e.Unknown = append(e.Unknown, actionKey+" is not known")
	default:
		r.problems.Add(w.get(actionKey).value, "%s is %q; write allow or deny", actionKey, action)
	}
	cidr4, cidr6 := r.text(w, "cidr_block"), r.text(w, "ipv6_cidr_block")
	switch unknown := unknownOf(w, "cidr_block", "ipv6_cidr_block"); {
	case len(unknown) > 0:
		e.Peer = vpc.Peer{Text: "?", Unknown: unknown[0]}
	case cidr4 != "":
		e.Peer = r.cidr(w, "cidr_block")
	case cidr6 != "":
		e.Peer = r.cidr(w, "ipv6_cidr_block")
	default:
		e.Peer = vpc.Peer{Text: "?", Unknown: noPeer}
	}
	var inexact []string
	e.Services, inexact = r.aclServices(w, cidr4 == "")
	e.Unknown = append(e.Unknown, inexact...)
	known = append(known, numberKey, actionKey, "protocol", "from_port", "to_port", "cidr_block", "ipv6_cidr_block")
	if others := unread(w, known...); len(others) > 0 {
		// An attribute that is not understood may also widen the entry.
		e.Services, e.Peer = service.Any(), vpc.Peer{Text: e.Peer.Text, Prefix: addr.Any()}
		e.Unknown = append(e.Unknown, others...)
	}
	return e
}

func (r awsResources) cidr(w view, key string) vpc.Peer {
	peer, err := vpc.CIDR(r.text(w, key))
	if err != nil {
		r.problems.Add(w.get(key).value, "%s: %v", key, err)
	}
	return peer
}

// externalACLs adds the ACLs that the file has only entries of.
func (r awsResources) externalACLs() {
	for _, key := range r.acls.ownKeys {
		if _, ok := r.acls.at[key]; ok {
			continue
		}
		n := vpc.ACL{Name: key, Line: r.acls.own[key][0].Line}
		for _, d := range []vpc.Direction{vpc.Ingress, vpc.Egress} {
			n.Entries = append(n.Entries, undecidedEntry(n.Line, key, d, "the network ACL "+key+" is not in the file: it may have other entries"))
		}
		r.acls.at[key] = len(r.network.ACLs)
		r.network.ACLs = append(r.network.ACLs, n)
	}
}

// joinACL puts the inline entries of an ACL and its entries of their own together.
// Two that have one number and are not alike stay, both undecidable.
func (r awsResources) joinACL(i int) {
	n := &r.network.ACLs[i]
	var own []vpc.Entry
	gone := make(map[entryID]bool)
	for _, key := range append([]string{n.Name}, n.Aliases...) {
		if at, ok := r.acls.at[key]; ok && at == i {
			own = append(own, r.acls.own[key]...)
			for id := range r.acls.gone[key] {
				gone[id] = true
			}
		}
	}
	byID, has := make(map[entryID]*vpc.Entry), make(map[vpc.Direction]bool)
	for j := range own {
		byID[entryID{own[j].Direction, own[j].Number}] = &own[j]
		has[own[j].Direction] = true
	}
	var entries []vpc.Entry
	listed := make(map[entryID]bool)
	for _, e := range n.Entries {
		id := entryID{e.Direction, e.Number}
		same, ok := byID[id]
		switch {
		case e.Number == 0:
		case ok && alike(same, &e):
			listed[id] = true
			continue
		case gone[id]:
			continue
		case r.state && has[e.Direction] && !ok:
			e.Unknown = append(slices.Clip(e.Unknown), staleInline)
		}
		entries = append(entries, e)
	}
	for _, e := range own {
		if n.Inline[e.Direction] && !r.state && !listed[entryID{e.Direction, e.Number}] {
			e.Unknown = append(slices.Clip(e.Unknown), notListed(n.Name, e.Direction.String()))
		}
		entries = append(entries, e)
	}
	for _, d := range []vpc.Direction{vpc.Ingress, vpc.Egress} {
		if first := r.acls.homeless[d]; first != "" {
			entries = append(entries, undecidedEntry(n.Line, n.Name, d, fmt.Sprintf("the network ACL of %s is known only after apply", first)))
		}
	}
	n.Entries = entries
}

func alike(a, b *vpc.Entry) bool {
	return a.Action == b.Action && a.AnyAction == b.AnyAction && a.Services.Equal(b.Services) && a.Peer.Prefix.Equal(b.Peer.Prefix) &&
		a.Peer.Unknown == b.Peer.Unknown && slices.Equal(a.Unknown, b.Unknown)
}

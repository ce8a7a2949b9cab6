package aws

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// acl reads an element of NetworkAcls.
func (r *reader) acl(v *jsontree.Value, id string) {
	a := vpc.ACL{Name: id, Line: v.Line, Aliases: []string{r.tagName(v)}}
	for _, s := range r.problems.Objects(v, "Associations") {
		a.Aliases = append(a.Aliases, r.problems.Text(s, "SubnetId"))
	}
	if v.Get("Entries").IsNull() {
		a.Entries = missingEntries(v.Line, id)
	}
	for _, e := range r.problems.Objects(v, "Entries") {
		a.Entries = append(a.Entries, r.entry(e, id))
	}
	r.network.ACLs = append(r.network.ACLs, a)
}

// missingEntries stands for entries that are not in the file.
func missingEntries(line int, id string) []vpc.Entry {
	e := vpc.Entry{
		Line: line, Label: id, AnyAction: true, Services: service.Any(),
		Peer: vpc.Peer{Text: "?", Unknown: "the entries of " + id + " are not in the file"},
	}
	out := e
	out.Direction = vpc.Egress
	return []vpc.Entry{e, out}
}

func (r *reader) entry(v *jsontree.Value, id string) vpc.Entry {
	e := vpc.Entry{Line: v.Line, Label: id, Services: service.Any()}
	if r.problems.Flag(v, "Egress") {
		e.Direction = vpc.Egress
	}
	if v.Get("Egress").IsNull() {
		r.problems.Add(v, "Egress is missing")
	}
	if n := r.problems.Number(v, "RuleNumber"); n == nil || *n < 1 {
		r.problems.Add(v, "RuleNumber is missing or below 1")
	} else {
		e.Number = *n
	}
	switch action := r.text(v, "RuleAction"); action {
	case "allow":
		e.Action = rule.Permit
	case "deny", "":
	default:
		r.problems.Add(v.Get("RuleAction"), "RuleAction is %q; write allow or deny", action)
	}
	ipv6 := !v.Get("Ipv6CidrBlock").IsNull()
	switch ipv4 := !v.Get("CidrBlock").IsNull(); {
	case ipv4 && ipv6:
		both4, both6 := r.cidr(v, "CidrBlock"), r.cidr(v, "Ipv6CidrBlock")
		e.Peer = vpc.Peer{Text: both4.Text + ", " + both6.Text, Prefix: both4.Prefix.Union(both6.Prefix)}
	case ipv4:
		e.Peer = r.cidr(v, "CidrBlock")
	case ipv6:
		e.Peer = r.cidr(v, "Ipv6CidrBlock")
	default:
		e.Peer = vpc.Peer{Text: "?", Prefix: addr.Any()}
		e.Unknown = append(e.Unknown, "it has no CIDR block that is known here")
	}
	if protocol := r.text(v, "Protocol"); protocol != "" {
		ports, icmp := v.Get("PortRange"), v.Get("IcmpTypeCode")
		s, unknown, err := vpc.ACLServices(protocol, r.problems.Number(ports, "From"), r.problems.Number(ports, "To"),
			r.problems.Number(icmp, "Type"), r.problems.Number(icmp, "Code"), ipv6)
		if err != nil {
			r.problems.Add(v, "%v", err)
		}
		e.Services, e.Unknown = s, append(e.Unknown, reasons(unknown)...)
	}
	others := unread(v, "CidrBlock", "Ipv6CidrBlock", "Egress", "IcmpTypeCode", "PortRange", "Protocol", "RuleAction", "RuleNumber")
	if len(others) > 0 {
		// A field that is not understood may also widen the entry.
		e.Services, e.Peer.Prefix, e.Unknown = service.Any(), addr.Any(), append(e.Unknown, others...)
	}
	return e
}

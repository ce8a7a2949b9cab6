package iptables

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// goesOn are the targets after which the next rule is tried: they log, mark or
// change what the filter table does not look at.
var goesOn = map[string]bool{
	"LOG": true, "NFLOG": true, "ULOG": true, "AUDIT": true, "TRACE": true, "NFACCT": true,
	"MARK": true, "CONNMARK": true, "SECMARK": true, "CONNSECMARK": true, "HMARK": true, "CLASSIFY": true,
	"TOS": true, "DSCP": true, "ECN": true, "TTL": true, "HL": true, "TCPMSS": true, "TCPOPTSTRIP": true, "CHECKSUM": true,
	"SET": true, "TEE": true, "IDLETIMER": true, "LED": true, "RATEEST": true, "CT": true, "NOTRACK": true,
}

// verdict returns what the rule does with packets; ok is false if it does nothing
// that filters.
func (r *ruleReader) verdict() (v netfilter.Verdict, ok bool) {
	target := r.rule.target
	if target == "HMARK" {
		r.rule.change = netfilter.LoseMark(^uint32(0))
	}
	if r.rule.isGoto {
		return netfilter.Verdict{Kind: netfilter.Goto, Chain: target}, true
	}
	switch target {
	case "":
		return v, false
	case "ACCEPT":
		return netfilter.Verdict{Kind: netfilter.Accept}, true
	case "DROP", "REJECT":
		return netfilter.Verdict{Kind: netfilter.Drop}, true
	case "RETURN":
		return netfilter.Verdict{Kind: netfilter.Return}, true
	case "SNAT", "MASQUERADE", "SAME":
		return netfilter.Verdict{Kind: netfilter.Translate, Reason: target + " rewrites the source before", NAT: r.nat()}, true
	case "DNAT", "REDIRECT", "NETMAP", "TPROXY", "DNPT", "SNPT":
		return netfilter.Verdict{Kind: netfilter.Undecided, Reason: fmt.Sprintf("line %d (%s) sends it to another destination", r.line, target), NAT: r.nat()}, true
	case "NFQUEUE", "QUEUE":
		return netfilter.Verdict{Kind: netfilter.Undecided, Reason: target + " leaves it to a program"}, true
	}
	if r.table.chains[target] != nil {
		return netfilter.Verdict{Kind: netfilter.Jump, Chain: target}, true
	}
	if r.rule.hops && (r.of == "PREROUTING" || !builtin[r.of]) { // looked at when it is routed
		return netfilter.Verdict{Kind: netfilter.Undecided, Reason: target + " may leave it no hops to go, and a router drops it then"}, true
	}
	if r.rule.untracks {
		return netfilter.Verdict{Kind: netfilter.Set, Change: netfilter.Untrack()}, true
	}
	if r.rule.change != nil && r.marks().tested != 0 {
		if r.table.name == "nat" { // later packets of a connection do not come here
			r.rule.change = r.rule.change.Perhaps()
		}
		return netfilter.Verdict{Kind: netfilter.Set, Change: r.rule.change}, true
	}
	if goesOn[target] {
		return v, false
	}
	return netfilter.Verdict{Kind: netfilter.Undecided, Reason: "the target " + target + " is not known"}, true
}

// translates reports whether a rule of the nat table sends packets elsewhere than
// they are addressed to.
func translates(v netfilter.Verdict) bool { return v.Kind == netfilter.Undecided }

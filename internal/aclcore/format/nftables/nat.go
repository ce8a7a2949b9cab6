package nftables

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// translations adds what chains of the type nat make of packets that cross the machine.
// Those of the hooks input and output are for packets of the machine itself.
func (b *documentBuilder) translations() {
	for _, hook := range []struct {
		name   string
		search device.Search
	}{{"prerouting", device.SearchDestination}, {"postrouting", device.SearchSource}} {
		var chains []netfilter.NATChain
		for _, c := range b.chains([]string{hook.name}, inet) {
			if c.kind == "nat" {
				top, all := b.lowered(c)
				chains = append(chains, netfilter.NATChain{Base: top, Chains: all})
			}
		}
		b.doc.Translations = append(b.doc.Translations, netfilter.Translations(chains, hook.search, &b.symbols)...)
	}
}

// given returns the destinations that rules may give packets.
func (rs *ruleset) given() addr.Set {
	var out addr.Set
	for _, t := range rs.tables {
		for _, c := range t.chains {
			for i := range c.rules {
				for k := range c.rules[i].statements {
					st := &c.rules[i].statements[k]
					if to, ok := mappedTo(t.sets, st); ok {
						out = out.Union(to)
						continue
					}
					switch {
					case st.nat == nil:
					case st.nat.Unknown != "" || st.nat.To.IsEmpty():
						return addr.Any()
					default:
						out = out.Union(st.nat.To)
					}
				}
			}
		}
	}
	return out
}

// natOf reads a statement that translates: "dnat ip to 10.0.0.5:8080 persistent",
// "snat to 203.0.113.1-203.0.113.4", "masquerade to :1024-65535", "redirect to :3128".
// What a map gives is read by [statementReader.natMap].
func natOf(text string) *netfilter.NAT {
	words := strings.Fields(text)
	n := &netfilter.NAT{Source: words[0] == "snat" || words[0] == "masquerade"}
	if words[0] == "redirect" {
		n.Unknown = "redirect sends it to the device itself"
		return n
	}
	unread := func() *netfilter.NAT {
		n.Unknown = "what " + text + " gives is not read"
		return n
	}
	rest := words[1:]
	take := func(word string) bool {
		ok := len(rest) > 0 && rest[0] == word
		if ok {
			rest = rest[1:]
		}
		return ok
	}
	_ = take("ip") || take("ip6")
	n.Network = take("prefix")
	if take("to") {
		if len(rest) == 0 || !readGiven(n, rest[0]) {
			return unread()
		}
		rest = rest[1:]
	} else if words[0] != "masquerade" {
		return unread()
	}
	for _, w := range rest {
		if strings.Trim(w, ",") == "comment" {
			break
		}
		for flag := range strings.SplitSeq(strings.Trim(w, ","), ",") {
			if !natFlags[flag] {
				return unread()
			}
		}
	}
	return checked(n, words[0])
}

// natFlags say how an address or a port is chosen.
var natFlags = map[string]bool{"random": true, "fully-random": true, "persistent": true, "random-fully": true}

// checked returns the translation, which has to give something that it can.
func checked(n *netfilter.NAT, kind string) *netfilter.NAT {
	prefixes := len(n.To.Prefixes())
	switch {
	case kind == "masquerade" && (!n.To.IsEmpty() || n.Network), n.Network && (prefixes != 1 || n.LastPort != 0):
		n.Unknown = "what " + kind + " gives is not read"
	case kind != "masquerade" && n.To.IsEmpty():
		n.Keep = n.LastPort != 0
		if !n.Keep {
			n.Unknown = "what " + kind + " gives is not read"
		}
	}
	return n
}

// readGiven reads an address, a range of them or a network, and ports after a colon.
func readGiven(n *netfilter.NAT, text string) bool {
	host, ports := text, ""
	switch {
	case strings.HasPrefix(text, "["):
		inner, rest, closed := strings.Cut(text[1:], "]")
		if !closed {
			return false
		}
		host, ports = inner, strings.TrimPrefix(rest, ":")
	case strings.Count(text, ":") == 1:
		host, ports, _ = strings.Cut(text, ":")
	}
	if ports != "" {
		first, last, isRange := strings.Cut(ports, "-")
		if !isRange {
			last = first
		}
		a, err := strconv.ParseUint(first, 10, 16)
		b, err2 := strconv.ParseUint(last, 10, 16)
		if err != nil || err2 != nil || a == 0 || b < a {
			return false
		}
		n.FirstPort, n.LastPort = uint16(a), uint16(b)
	}
	return host == "" || readHosts(n, host)
}

func readHosts(n *netfilter.NAT, text string) bool {
	if p, err := netip.ParsePrefix(text); err == nil {
		n.To = addr.SetOf(addr.RangeOfPrefix(p))
		return true
	}
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	a, err := netip.ParseAddr(first)
	b, err2 := netip.ParseAddr(last)
	if err != nil || err2 != nil || a.Is4() != b.Is4() || b.Less(a) {
		return false
	}
	n.To = addr.SetOf(addr.RangeOf(a, b))
	return true
}

// jsonNAT reads the body of a statement that translates.
func jsonNAT(kind string, body *jsontree.Value) *netfilter.NAT {
	n := &netfilter.NAT{Source: kind == "snat" || kind == "masquerade"}
	if kind == "redirect" {
		n.Unknown = "redirect sends it to the device itself"
		return n
	}
	n.Unknown = "what " + kind + " gives is not read"
	if body.Kind != jsontree.Object {
		if kind == "masquerade" {
			n.Unknown = ""
		}
		return n
	}
	if len(body.Others("addr", "port", "family", "flags")) > 0 {
		return n
	}
	if a := body.Get("addr"); a != nil && !jsonHosts(n, a) {
		return n
	}
	if p := body.Get("port"); p != nil {
		ports := ends(p)
		if ports == "" || !readGiven(n, ":"+ports) {
			return n
		}
	}
	for _, f := range flagWords(body.Get("flags")) {
		if !natFlags[f] {
			return n
		}
	}
	n.Unknown = ""
	return checked(n, kind)
}

// jsonHosts reads an address, {"range": [A, B]} or {"prefix": {"addr": A, "len": N}}, any
// address of which is given: "dnat prefix to" has another key besides.
func jsonHosts(n *netfilter.NAT, v *jsontree.Value) bool {
	if p := v.Get("prefix"); p != nil {
		return readHosts(n, text(p, "addr")+"/"+text(p, "len"))
	}
	hosts := ends(v)
	return hosts != "" && readHosts(n, hosts)
}

// ends writes a value or a range as "A" or "A-B", empty for anything else.
func ends(v *jsontree.Value) string {
	if r := v.Get("range"); r != nil && len(r.Items) == 2 {
		a, b := ends(&r.Items[0]), ends(&r.Items[1])
		if a == "" || b == "" {
			return ""
		}
		return a + "-" + b
	}
	if v.Kind == jsontree.Object || v.Kind == jsontree.Array {
		return ""
	}
	return v.Text
}

// flagWords returns a word or a list of them.
func flagWords(v *jsontree.Value) (out []string) {
	if v == nil {
		return nil
	}
	if v.Kind != jsontree.Array {
		return []string{v.Text}
	}
	for i := range v.Items {
		out = append(out, v.Items[i].Text)
	}
	return out
}

package iptables

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// translations returns what the nat table makes of packets that cross the machine: in
// PREROUTING of destinations, in POSTROUTING of sources. Its chains INPUT and OUTPUT are
// for packets of the machine itself.
func (r *reader) translations(s *save, f netfilter.Families, chains map[*table]map[string]*netfilter.Chain) []device.Translation {
	t := s.table("nat")
	if t == nil {
		return nil
	}
	var out []device.Translation
	for _, hook := range []struct {
		chain  string
		search device.Search
	}{{"PREROUTING", device.SearchDestination}, {"POSTROUTING", device.SearchSource}} {
		c := chains[t][hook.chain]
		if c == nil || len(c.Rules) == 0 && c.Policy == netfilter.Accept && c.Doubt == "" {
			continue
		}
		c.Families, c.Within = f, r.connectionState(s, netfilter.New, netfilter.Tracked, "NEW")
		c.NoOut, c.NoIn, c.Reached = hook.search == device.SearchDestination, hook.search == device.SearchSource, false
		chain := netfilter.NATChain{Base: c, Chains: chains[t]}
		out = append(out, netfilter.Translations([]netfilter.NATChain{chain}, hook.search, &r.symbols)...)
	}
	return out
}

// nat reads the options of a target that translates, see iptables-extensions(8): DNAT,
// SNAT, MASQUERADE, REDIRECT, NETMAP.
func (r *ruleReader) nat() *netfilter.NAT {
	if r.table.name != "nat" {
		return nil
	}
	target := r.rule.target
	n := &netfilter.NAT{Source: target == "SNAT" || target == "MASQUERADE" || target == "SAME", Either: target == "NETMAP"}
	options := map[string]string{"SNAT": "--to-source", "DNAT": "--to-destination", "MASQUERADE": "--to-ports", "REDIRECT": "--to-ports", "NETMAP": "--to"}
	given := 0
	for _, words := range r.rule.gives {
		switch {
		case words[0] == "--random", words[0] == "--random-fully", words[0] == "--persistent":
		case len(words) == 2 && words[0] == options[target]:
			given++
			r.readGiven(n, target, words[1])
		default:
			n.Unknown = fmt.Sprintf("the option %s of the target %s is not understood", strings.Join(words, " "), target)
		}
	}
	switch {
	case n.Unknown != "":
	case options[target] == "":
		n.Unknown = "what the target " + target + " gives is not read"
	case target == "REDIRECT":
		n.Unknown = "REDIRECT sends it to the device itself"
	case given > 1 || given == 0 && target != "MASQUERADE":
		n.Unknown = fmt.Sprintf("the target %s gives no address, or several", target)
	}
	return n
}

// readGiven reads "10.0.0.1-10.0.0.5:80-90", or ports alone.
func (r *ruleReader) readGiven(n *netfilter.NAT, target, text string) {
	unread := func() { n.Unknown = fmt.Sprintf("%s of the target %s is not understood", text, target) }
	host, ports := text, ""
	switch {
	case target == "MASQUERADE" || target == "REDIRECT":
		host, ports = "", text
	case target == "NETMAP":
		if s, err := parseAddress(text); err == nil && len(s.Prefixes()) == 1 {
			n.Network, n.To = true, s
		} else {
			unread()
		}
		return
	case strings.HasPrefix(text, "["):
		host, ports, _ = strings.Cut(text[1:], "]")
		ports = strings.TrimPrefix(ports, ":")
	case strings.Count(text, ":") <= 1:
		host, ports, _ = strings.Cut(text, ":")
	}
	if ports != "" {
		first, last, ok := portRun(ports)
		if !ok {
			unread()
			return
		}
		n.FirstPort, n.LastPort = first, last
	}
	if host == "" {
		n.Keep = target == "DNAT" || target == "SNAT"
		return
	}
	from, to, isRange := strings.Cut(host, "-")
	if !isRange {
		to = from
	}
	a, err := netip.ParseAddr(from)
	b, err2 := netip.ParseAddr(to)
	if err != nil || err2 != nil || a.Is4() != b.Is4() || b.Less(a) {
		unread()
		return
	}
	n.To = addr.SetOf(addr.RangeOf(a, b))
}

// portRun reads "80" and "80-90".
func portRun(text string) (first, last uint16, ok bool) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	a, err := strconv.ParseUint(from, 10, 16)
	b, err2 := strconv.ParseUint(to, 10, 16)
	return uint16(a), uint16(b), err == nil && err2 == nil && 0 < a && a <= b
}

// rewritten returns the destinations that rules of the nat table may give packets: behind
// them a packet to one of these may be one that was sent elsewhere.
func (s *save) rewritten() addr.Set {
	var out addr.Set
	t := s.table("nat")
	if t == nil {
		return out
	}
	for _, c := range t.order {
		for _, l := range c.rules {
			words := strings.Fields(l.spec)
			for i, w := range words {
				switch {
				case w == "REDIRECT":
					return addr.Any()
				case w != "--to-destination" && (w != "--to" || !slices.Contains(words, "NETMAP")):
				case i+1 == len(words):
					return addr.Any()
				default:
					var n netfilter.NAT
					new(ruleReader).readGiven(&n, map[bool]string{true: "DNAT", false: "NETMAP"}[w == "--to-destination"], words[i+1])
					if n.Unknown != "" || n.To.IsEmpty() {
						return addr.Any()
					}
					out = out.Union(n.To)
				}
			}
		}
	}
	return out
}

// behind puts in doubt the packets of the sets that may have been sent elsewhere.
func (s *save) behind(sets []netfilter.Packets, text string) []netfilter.Packets {
	return netfilter.Behind(sets, s.rewritten(), text)
}

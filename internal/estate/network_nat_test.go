package estate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testnet"
)

// A natRule is one rule of a table of translations, in the words of both languages.
type natRule struct {
	chain         string // prerouting or postrouting
	in, out       string
	from, to      string
	protocol      string
	port          uint16
	action        string // dnat, snat, masquerade, netmap, accept
	address       string
	last          string // of a range of addresses
	translatePort uint16
}

func (r natRule) iptables() string {
	var b strings.Builder
	fmt.Fprintf(&b, "-A %s", strings.ToUpper(r.chain))
	for _, o := range [][2]string{{r.from, "-s"}, {r.to, "-d"}, {r.in, "-i"}, {r.out, "-o"}} {
		if o[0] != "" {
			fmt.Fprintf(&b, " %s %s", o[1], o[0])
		}
	}
	if r.protocol != "" {
		fmt.Fprintf(&b, " -p %s -m %s --dport %d", r.protocol, r.protocol, r.port)
	}
	fmt.Fprintf(&b, " -j %s", strings.ToUpper(r.action))
	switch r.action {
	case "dnat":
		fmt.Fprintf(&b, " --to-destination %s", r.target())
	case "snat":
		fmt.Fprintf(&b, " --to-source %s", r.target())
	case "netmap":
		fmt.Fprintf(&b, " --to %s", r.address)
	}
	return b.String() + "\n"
}

func (r natRule) target() string {
	text := r.address
	if r.last != "" {
		text += "-" + r.last
	}
	if r.translatePort != 0 {
		text += fmt.Sprintf(":%d", r.translatePort)
	}
	return text
}

func (r natRule) nft() string {
	var b strings.Builder
	b.WriteString("\t\t")
	for _, o := range [][2]string{{r.in, "iifname"}, {r.out, "oifname"}} {
		if o[0] != "" {
			fmt.Fprintf(&b, "%s %q ", o[1], o[0])
		}
	}
	for _, o := range [][2]string{{r.from, "ip saddr"}, {r.to, "ip daddr"}} {
		if o[0] != "" {
			fmt.Fprintf(&b, "%s %s ", o[1], o[0])
		}
	}
	if r.protocol != "" {
		fmt.Fprintf(&b, "%s dport %d ", r.protocol, r.port)
	}
	switch r.action {
	case "dnat", "snat":
		fmt.Fprintf(&b, "%s to %s", r.action, r.target())
	default:
		b.WriteString(r.action)
	}
	return b.String() + "\n"
}

// translations writes a table of rules.
func translations(loader testnet.Loader, rules []natRule) string {
	var b strings.Builder
	if loader == testnet.IPTables {
		b.WriteString("*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n")
		for _, r := range rules {
			b.WriteString(r.iptables())
		}
		return b.String() + "COMMIT\n"
	}
	b.WriteString("table ip nat {\n")
	for _, chain := range []struct{ name, priority string }{{"prerouting", "dstnat"}, {"postrouting", "srcnat"}} {
		fmt.Fprintf(&b, "\tchain %s {\n\t\ttype nat hook %s priority %s; policy accept;\n", chain.name, chain.name, chain.priority)
		for _, r := range rules {
			if r.chain == chain.name {
				b.WriteString(r.nft())
			}
		}
		b.WriteString("\t}\n")
	}
	return b.String() + "}\n"
}

// A natSide is an interface of a router: addresses that it answers for there, and those
// that sources may become that leave by it.
type natSide struct {
	name          string
	shown, seen   []string
	network, map_ string // what NETMAP maps: a prefix there, and one of a server zone
}

// drawNAT draws rules for a router between two sides, which forward to the servers.
func drawNAT(g *rand.Rand, loader testnet.Loader, sides []natSide, servers, clients []string) []natRule {
	one := func(from []string) string { return from[g.IntN(len(from))] }
	port := func() uint16 { return networkPorts[g.IntN(len(networkPorts))] }
	var rules []natRule
	for _, s := range sides {
		for range g.IntN(4) {
			r := natRule{chain: "prerouting", in: s.name, to: one(s.shown), action: "dnat", address: one(servers)}
			if g.IntN(2) == 0 {
				r.protocol, r.port = "tcp", port()
				if g.IntN(2) == 0 {
					r.translatePort = port()
				}
			}
			switch n := g.IntN(8); {
			case n == 0:
				r.action = "accept"
			case n == 1 && r.protocol == "":
				r.address, r.last = servers[0], servers[1]
			case n == 2 && loader == testnet.IPTables && s.network != "":
				r = natRule{chain: "prerouting", in: s.name, to: s.network, action: "netmap", address: s.map_}
			}
			if g.IntN(4) == 0 {
				r.from = one(clients)
			}
			rules = append(rules, r)
		}
		for range g.IntN(3) {
			r := natRule{chain: "postrouting", out: s.name, action: "snat", address: one(s.seen)}
			switch g.IntN(6) {
			case 0:
				r.action = "masquerade"
			case 1:
				r.action = "accept"
			case 2:
				r.address, r.last = s.seen[0], s.seen[1]
			case 3:
				if loader == testnet.IPTables && s.name == "ab" {
					r.action, r.from, r.address = "netmap", "10.0.0.0/24", "10.9.0.0/24"
				}
			}
			if r.from == "" && g.IntN(3) > 0 {
				r.from = one(clients)
			}
			if g.IntN(4) == 0 {
				r.to = one(servers)
			}
			rules = append(rules, r)
		}
	}
	return rules
}

// Two routers in a row that translate: the kernel's DNAT, SNAT, MASQUERADE and NETMAP
// against the estate, for the addresses that clients use.
func TestNetworkTranslates(t *testing.T) {
	testnet.Run(t, func(t *testing.T, n *testnet.Network) {
		l := newLab(n, "a", "ab", "c")
		sides := map[string][]natSide{
			"r1": {
				{name: "a", shown: []string{"10.0.0.200", "203.0.113.50"}, seen: []string{"10.0.0.101", "10.0.0.102"}, network: "203.0.113.48/28", map_: "10.2.0.48/28"},
				{name: "ab", shown: []string{"10.1.0.210", "10.1.0.211"}, seen: []string{"10.1.0.101", "10.1.0.102"}},
			},
			"r2": {
				{name: "ab", shown: []string{"10.1.0.200", "10.1.0.201"}, seen: []string{"10.1.0.103", "10.1.0.104"}},
				{name: "c", shown: []string{"10.2.0.200", "10.2.0.201"}, seen: []string{"10.2.0.101", "10.2.0.102"}},
			},
		}
		r1, r2 := l.Router("r1"), l.Router("r2")
		l.routers = map[string]*testnet.Host{"r1": r1, "r2": r2}
		for name, r := range inOrder(l.routers) {
			d := DeviceConfig{Interfaces: map[string]string{}}
			for _, s := range sides[name] {
				own := []string{l.address(s.name, map[string]int{"r1": 1, "r2": 2}[name]) + "/24"}
				for _, address := range slices.Concat(s.shown, s.seen) {
					own = append(own, address+"/32")
				}
				r.Join(l.lans[s.name], s.name, own...)
				d.Interfaces[s.name] = s.name
				l.sides[name] = append(l.sides[name], s.name)
				l.translated = slices.Concat(l.translated, s.shown, s.seen)
			}
			l.config.Devices[name] = d
			r.Serve(networkPorts...) // what is not translated goes to the router
		}
		l.config.Zones["a"] = append(l.config.Zones["a"], "203.0.113.48/28")
		l.shown = map[string][]string{
			"a": {"10.0.0.200", "203.0.113.50", "10.1.0.200", "10.1.0.201"}, "ab": {"10.1.0.200", "10.1.0.201", "10.1.0.210", "10.1.0.211"}, "c": {"10.2.0.200", "10.2.0.201", "10.1.0.210"},
		}
		r1.Route(l.config.Zones["c"][0], l.address("ab", 2))
		r2.Route(l.config.Zones["a"][0], l.address("ab", 1))
		r2.Route("10.9.0.0/24", l.address("ab", 1))
		l.host("ha", "a", l.address("a", 1))
		between := l.host("hab", "ab", l.address("ab", 2))
		between.Route(l.config.Zones["a"][0], l.address("ab", 1))
		between.Route("10.9.0.0/24", l.address("ab", 1))
		l.guard(l.host("hc", "c", l.address("c", 2)))
		var all []string
		for _, e := range l.ends {
			all = append(all, e.address)
		}
		servers := map[string][]string{"r1": {l.ends[2].address, l.ends[3].address, l.ends[4].address}, "r2": {l.ends[4].address, l.ends[5].address, l.ends[2].address}}
		l.translate = func(g *rand.Rand, router string, loader testnet.Loader) string {
			return translations(loader, drawNAT(g, loader, sides[router], servers[router], all))
		}
		l.compare(t, 4)
	})
}
